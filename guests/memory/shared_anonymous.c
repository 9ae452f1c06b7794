// Shared anonymous memory that only this process uses: contents, holes, a part without access, and one
// object mapped twice.
#include "guest.h"

enum { PAGE = 4096, PAGES = 256 };
static char *area, *again, *unreadable;

void setup(void)
{
    area = NEED(mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    guest_fill(area, 10 * PAGE, 1);
    guest_fill(area + 200 * PAGE, 10 * PAGE, 2);
    // mremap from size 0 makes a second view of the same pages (man 2 mremap).
    again = NEED(mremap(area, 0, 100 * PAGE, MREMAP_MAYMOVE));
    NEED(mprotect(area + 205 * PAGE, PAGE, PROT_READ));
    unreadable = NEED(mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    guest_fill(unreadable, 4 * PAGE, 3);
    NEED(mprotect(unreadable, 4 * PAGE, PROT_NONE));
    guest_remember_maps();
}

void sabotage(void)
{
    NEED(mmap(again, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    memcpy(again, area, PAGE);
}

void verify(void)
{
    guest_check_fill("front", area, 10 * PAGE, 1);
    guest_check_fill("front, seen twice", again, 10 * PAGE, 1);
    guest_check_fill("back", area + 200 * PAGE, 10 * PAGE, 2);
    for (int page = 10; page < 200; page++)
        CHECK("hole", area[page * PAGE], 0);
    area[50 * PAGE] = 'x';
    CHECK("written here, read there", again[50 * PAGE], 'x');
    again[7] ^= 0x55;
    CHECK("written there, read here", area[7], again[7]);
    area[50 * PAGE] = 0, again[7] ^= 0x55;
    CHECK("protection of a part", guest_writable(area + 205 * PAGE), 0);
    CHECK("no access", guest_readable(unreadable), 0);
    CHECK("mprotect", mprotect(unreadable, 4 * PAGE, PROT_READ), 0);
    guest_check_fill("behind no access", unreadable, 4 * PAGE, 3);
}
