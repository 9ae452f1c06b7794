// Anonymous private memory of many sizes, from one page to 16 MiB, with its contents.
// build: static
#include "guest.h"

enum { COUNT = 24 };
static char *areas[COUNT];

static size_t size_of(int i)
{
    return i < 12 ? (size_t)(i + 1) * 4096 : (size_t)(1 << (i - 11)) * 4096 + 12288;
}

void setup(void)
{
    for (int i = 0; i < COUNT; i++) {
        areas[i] = NEED(mmap(NULL, size_of(i), PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        guest_fill(areas[i], size_of(i), (uint64_t)i);
    }
}

void sabotage(void)
{
    areas[COUNT - 1][size_of(COUNT - 1) - 1] ^= 1;
}

void verify(void)
{
    for (int i = 0; i < COUNT; i++) {
        guest_check_fill("area", areas[i], size_of(i), (uint64_t)i);
        CHECK("munmap", munmap(areas[i], size_of(i)), 0);
    }
}
