// The heap (brk) and what malloc keeps in it: contents, its end, and that it grows from there.
// build: static
#include "guest.h"

enum { BLOCKS = 2000 };
static char *blocks[BLOCKS];
static char *end;

static size_t size_of(int i)
{
    return (size_t)(i * 37 % 3000 + 8);
}

void setup(void)
{
    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(size_of(i));
        guest_fill(blocks[i], size_of(i), (uint64_t)i);
    }
    for (int i = 0; i < BLOCKS; i += 3)
        free(blocks[i]);
    end = NEED(sbrk(12345)); // an end in mid-page
    guest_fill(end, 12345, 99);
    end += 12345;
}

void sabotage(void)
{
    blocks[1][3] ^= 1;
}

void verify(void)
{
    CHECK("end of the heap", (uintptr_t)sbrk(0), (uintptr_t)end);
    guest_check_fill("last piece", end - 12345, 12345, 99);
    for (int i = 0; i < BLOCKS; i++)
        if (i % 3 != 0)
            guest_check_fill("block", blocks[i], size_of(i), (uint64_t)i);
    CHECK("grows", (uintptr_t)sbrk(1 << 20), (uintptr_t)end);
    CHECK("zero there", end[0] | end[(1 << 20) - 1], 0);
    for (int i = 0; i < BLOCKS; i += 3)
        blocks[i] = memset(malloc(size_of(i)), i, size_of(i));
    for (int i = 0; i < BLOCKS; i++) {
        if (i % 3 != 0)
            guest_check_fill("block after", blocks[i], size_of(i), (uint64_t)i);
        free(blocks[i]);
    }
}
