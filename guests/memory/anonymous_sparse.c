// A large area of which few pages were ever written: the rest reads as zeros and costs nothing, neither
// before nor after. Some pages were only read (the zero page), some were written with zeros.
#include "guest.h"

enum { PAGE = 4096, PAGES = 1 << 16, EVERY = 997 }; // 256 MiB
static char *area;
static unsigned char resident[PAGES];

static bool written(size_t page)
{
    return page % EVERY == 3;
}

static long resident_pages(void)
{
    long count = 0;
    CHECK("mincore", mincore(area, (size_t)PAGES * PAGE, resident), 0);
    for (size_t page = 0; page < PAGES; page++)
        count += resident[page] & 1;
    return count;
}

static long resident_before;

void setup(void)
{
    area = NEED(mmap(NULL, (size_t)PAGES * PAGE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    NEED(madvise(area, (size_t)PAGES * PAGE, MADV_NOHUGEPAGE)); // or khugepaged fills the holes
    for (size_t page = 0; page < PAGES; page++) {
        if (written(page))
            guest_fill(area + page * PAGE, PAGE, page);
        else if (page % EVERY == 5)
            memset(area + page * PAGE, 0, PAGE);
        else if (page % EVERY == 7 && ((volatile char *)area)[page * PAGE] != 0)
            guest_die("fresh memory is not zero");
    }
    resident_before = resident_pages();
}

void sabotage(void)
{
    area[100 * PAGE] = 1;
}

void verify(void)
{
    static const char ZEROS[PAGE];
    CHECK_RANGE("resident pages", resident_pages(), PAGES / EVERY, resident_before);
    for (size_t page = 0; page < PAGES; page++)
        if (written(page))
            guest_check_fill("written page", area + page * PAGE, PAGE, page);
        else if (memcmp(area + page * PAGE, ZEROS, PAGE) != 0)
            guest_fail("page %zu: expected zeros", page);
}
