// A private mapping of a file: changed pages are the program's own, clean ones are the file's, and the
// file may have grown meanwhile.
// guest: r
// guest: rw
#include "guest.h"

enum { PAGE = 4096, PAGES = 100 };
static char *map, *tail;
static bool writable;
static char want[PAGES * PAGE];

void setup(void)
{
    writable = strcmp(guest_arg(0, "rw"), "rw") == 0;
    int fd = NEED(open(guest_path("data"), O_RDWR | O_CREAT, 0600));
    guest_fill(want, sizeof want, 1);
    CHECK("write", write(fd, want, sizeof want), sizeof want);
    map = NEED(mmap(NULL, (PAGES + 2) * PAGE, PROT_READ | (writable ? PROT_WRITE : 0), MAP_PRIVATE,
                    fd, 0)); // two pages more than the file has
    tail = NEED(mmap(NULL, 10 * PAGE, PROT_READ, MAP_PRIVATE, fd, 90 * PAGE));
    close(fd);
    for (int page = 3; writable && page < PAGES; page += 7) {
        guest_fill(want + page * PAGE, PAGE, (uint64_t)page + 50);
        memcpy(map + page * PAGE, want + page * PAGE, PAGE);
    }
    guest_remember_maps();
}

void sabotage(void)
{
    NEED(mprotect(map, PAGE, PROT_READ | PROT_WRITE));
    map[10] ^= 1;
}

void verify(void)
{
    guest_check_maps();
    for (int page = 0; page < PAGES; page++)
        if (memcmp(map + page * PAGE, want + page * PAGE, PAGE) != 0)
            guest_fail("page %d: other bytes", page);
    guest_fill(want, sizeof want, 1);
    CHECK("tail: the file, not the other mapping", memcmp(tail, want + 90 * PAGE, 10 * PAGE), 0);
    int fd = open(guest_path("data"), O_RDWR);
    static char in_file[PAGES * PAGE];
    CHECK("read", pread(fd, in_file, sizeof in_file, 0), sizeof in_file);
    CHECK("the file is untouched", memcmp(in_file, want, sizeof want), 0);
    // What the file gains is seen through the pages behind its end.
    CHECK("nothing behind the end", guest_readable(map + (PAGES + 1) * PAGE), 0);
    CHECK("grow", pwrite(fd, "grown", 5, (PAGES + 1) * PAGE), 5);
    CHECK("now there is", memcmp(map + (PAGES + 1) * PAGE, "grown", 5), 0);
    CHECK("shrink", ftruncate(fd, sizeof want), 0);
    close(fd);
}
