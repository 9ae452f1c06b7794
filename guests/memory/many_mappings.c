// Thousands of small mappings, each with its own contents and protection, in the same places.
// guest: 300
// guest: 3000
// guest: 30000
#include "guest.h"

enum { PAGE = 4096 };
static int count;
static char *area;

static int protection_of(int i)
{
    return i % 2 == 0 ? PROT_READ : i % 4 == 1 ? PROT_READ | PROT_WRITE : PROT_NONE;
}

void setup(void)
{
    count = atoi(guest_arg(0, "3000"));
    area = NEED(mmap(NULL, (size_t)count * PAGE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    NEED(madvise(area, (size_t)count * PAGE, MADV_NOHUGEPAGE));
    for (int i = 0; i < count; i++) {
        memcpy(area + (size_t)i * PAGE, &i, sizeof i);
        if (mprotect(area + (size_t)i * PAGE, PAGE, protection_of(i)) != 0)
            guest_skip("mapping %d: %s", i, strerror(errno)); // vm.max_map_count
    }
    guest_remember_maps();
}

void sabotage(void)
{
    NEED(munmap(area + 7 * PAGE, PAGE));
}

void verify(void)
{
    guest_check_maps();
    for (int i = 0; i < count; i++) {
        int number = -1;
        if (mprotect(area + (size_t)i * PAGE, PAGE, PROT_READ) == 0)
            memcpy(&number, area + (size_t)i * PAGE, sizeof number);
        if (number != i)
            guest_fail("mapping %d: expected its number got %d", i, number);
    }
}
