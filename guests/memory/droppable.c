// MAP_DROPPABLE memory (Linux 6.11, for getrandom in the vdso): the kernel may drop its pages at any
// time, so each page is either as it was or zero; the mapping itself must be there.
#include "guest.h"

enum { PAGE = 4096, PAGES = 16, DROPPABLE = 0x08 };
static char *area;
static char flags[256];

void setup(void)
{
    area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, DROPPABLE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED)
        guest_skip("no MAP_DROPPABLE: %s", strerror(errno));
    guest_fill(area, PAGES * PAGE, 1);
    guest_vma_flags(area, flags, sizeof flags);
}

void sabotage(void)
{
    area[5] ^= 1;
}

void verify(void)
{
    static const char ZEROS[PAGE];
    static char want[PAGES * PAGE];
    char now[256];
    guest_fill(want, sizeof want, 1);
    guest_vma_flags(area, now, sizeof now);
    CHECK_STRING("VmFlags", now, flags);
    for (int page = 0; page < PAGES; page++)
        if (memcmp(area + page * PAGE, want + page * PAGE, PAGE) != 0
            && memcmp(area + page * PAGE, ZEROS, PAGE) != 0)
            guest_fail("page %d: expected the old bytes or zeros", page);
    memset(area, 1, PAGES * PAGE); // still usable
}
