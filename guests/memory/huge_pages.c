// Transparent huge pages: memory that is made of them comes back right, wholly and partly used.
// opt-out: lazy: while its memory comes its mappings have the flag of the userfaultfd that serves them, and flags are what this guest looks at
#include "guest.h"

enum { HUGE_PAGE = 2 << 20, COUNT = 8 };
static char *area;
static char flags[256];

void setup(void)
{
    char *room = NEED(mmap(NULL, (COUNT + 1) * HUGE_PAGE, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    area = (char *)(((uintptr_t)room + HUGE_PAGE - 1) & -(uintptr_t)HUGE_PAGE);
    if (madvise(area, COUNT * HUGE_PAGE, MADV_HUGEPAGE) != 0)
        guest_skip("no huge pages: %s", strerror(errno));
    for (int i = 0; i < COUNT - 1; i++) // the last one stays untouched
        guest_fill(area + i * HUGE_PAGE, i % 2 ? HUGE_PAGE : 5000, (uint64_t)i);
    NEED(madvise(area + 3 * HUGE_PAGE + 65536, 65536, MADV_DONTNEED)); // splits one
    guest_vma_flags(area, flags, sizeof flags);
}

void sabotage(void)
{
    area[4 * HUGE_PAGE + HUGE_PAGE / 2] = 1;
}

void verify(void)
{
    char now[256];
    guest_vma_flags(area, now, sizeof now);
    CHECK_STRING("VmFlags", now, flags);
    for (int i = 0; i < COUNT; i++) {
        char *page = area + i * HUGE_PAGE;
        if (i == 3) {
            for (int at = 65536; at < 131072; at++)
                if (page[at] != 0) {
                    guest_fail("dropped part: byte %d is not zero", at);
                    break;
                }
            guest_check_fill("before the dropped part", page, 65536, 3);
            continue;
        }
        guest_check_fill("page", page, i == COUNT - 1 ? 0 : i % 2 ? HUGE_PAGE : 5000, (uint64_t)i);
        if (i % 2 == 0 || i == COUNT - 1)
            for (int at = i == COUNT - 1 ? 0 : 5000; at < HUGE_PAGE; at++)
                if (page[at] != 0) {
                    guest_fail("page %d: byte %d is not zero", i, at);
                    break;
                }
    }
}
