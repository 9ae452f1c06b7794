// Memory given back by MADV_DONTNEED reads as zeros afterwards, before the restore and after it:
// nothing of an image may shine through.
#include "guest.h"

enum { PAGE = 4096, PAGES = 512 };
static char *area;

static bool all_zero(const char *memory, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (memory[i] != 0)
            return false;
    return true;
}

void setup(void)
{
    area = NEED(mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    guest_fill(area, PAGES * PAGE, 5);
    NEED(madvise(area + 100 * PAGE, 100 * PAGE, MADV_DONTNEED));
}

void sabotage(void)
{
    area[150 * PAGE] = 1;
}

void verify(void)
{
    guest_check_fill("before the gap", area, 100 * PAGE, 5);
    CHECK("dropped before", all_zero(area + 100 * PAGE, 100 * PAGE), 1);
    CHECK("madvise", madvise(area + 300 * PAGE, 100 * PAGE, MADV_DONTNEED), 0);
    CHECK("dropped after", all_zero(area + 300 * PAGE, 100 * PAGE), 1);
    char *again = mremap(area + 400 * PAGE, 50 * PAGE, 60 * PAGE, MREMAP_MAYMOVE);
    CHECK("mremap", again != MAP_FAILED, 1);
    CHECK("what it grew by", all_zero(again + 50 * PAGE, 10 * PAGE), 1);
}
