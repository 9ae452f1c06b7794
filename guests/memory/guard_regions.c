// Guard regions (MADV_GUARD_INSTALL, Linux 6.13): pages that fault inside an otherwise normal mapping.
#include "guest.h"

enum { PAGE = 4096, PAGES = 64, GUARD_INSTALL = 102, GUARD_REMOVE = 103 };
static char *area;

static bool guarded(int page)
{
    return page == 0 || (page >= 20 && page < 24) || page == PAGES - 1;
}

void setup(void)
{
    area = NEED(mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    guest_fill(area, PAGES * PAGE, 9);
    if (madvise(area, PAGE, GUARD_INSTALL) != 0)
        guest_skip("no guard regions: %s", strerror(errno));
    NEED(madvise(area + 20 * PAGE, 4 * PAGE, GUARD_INSTALL));
    NEED(madvise(area + (PAGES - 1) * PAGE, PAGE, GUARD_INSTALL));
    guest_remember_maps();
}

void sabotage(void)
{
    NEED(madvise(area + 21 * PAGE, PAGE, GUARD_REMOVE));
}

void verify(void)
{
    static char want[PAGES * PAGE];
    guest_fill(want, sizeof want, 9);
    guest_check_maps();
    for (int page = 0; page < PAGES; page++) {
        CHECK("readable", guest_readable(area + page * PAGE), !guarded(page));
        if (!guarded(page))
            CHECK("contents", memcmp(area + page * PAGE, want + page * PAGE, PAGE), 0);
    }
    CHECK("remove", madvise(area, PAGES * PAGE, GUARD_REMOVE), 0);
    CHECK("zero behind the guard", area[21 * PAGE], 0);
}
