// What madvise and mmap said about a mapping stays with it: its VmFlags, and the contents.
// opt-out: lazy: while its memory comes its mappings have the flag of the userfaultfd that serves them, and flags are what this guest looks at
#include "guest.h"

enum { SIZE = 4 << 20 };
static const struct advice { const char *name; int advice; const char *flag; } ADVICE[] = {
    {"DONTFORK", MADV_DONTFORK, " dc "},       {"WIPEONFORK", MADV_WIPEONFORK, " wf "},
    {"DONTDUMP", MADV_DONTDUMP, " dd "},       {"HUGEPAGE", MADV_HUGEPAGE, " hg "},
    {"NOHUGEPAGE", MADV_NOHUGEPAGE, " nh "},   {"MERGEABLE", MADV_MERGEABLE, " mg "},
    {"SEQUENTIAL", MADV_SEQUENTIAL, " sr "},   {"RANDOM", MADV_RANDOM, " rr "},
};
enum { COUNT = sizeof ADVICE / sizeof *ADVICE };
static char *areas[COUNT], *unreserved;
static char flags[COUNT + 1][256];

static char *map(int more)
{
    return NEED(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | more, -1, 0));
}

void setup(void)
{
    for (int i = 0; i < COUNT; i++) {
        areas[i] = map(0);
        // A kernel without KSM or huge pages says EINVAL; then the flag is just not there.
        if (madvise(areas[i], SIZE, ADVICE[i].advice) != 0 && errno != EINVAL)
            guest_die("madvise %s: %s", ADVICE[i].name, strerror(errno));
        guest_fill(areas[i], SIZE / 2, (uint64_t)i);
    }
    unreserved = map(MAP_NORESERVE);
    for (int i = 0; i < COUNT; i++) {
        guest_vma_flags(areas[i], flags[i], 256);
        if (strstr(flags[i], ADVICE[i].flag) == NULL && i < 3)
            guest_die("%s has no flag %s: %s", ADVICE[i].name, ADVICE[i].flag, flags[i]);
    }
    guest_vma_flags(unreserved, flags[COUNT], 256);
}

void sabotage(void)
{
    NEED(madvise(areas[0], SIZE, MADV_DOFORK));
}

void verify(void)
{
    char now[256];
    for (int i = 0; i < COUNT; i++) {
        guest_vma_flags(areas[i], now, sizeof now);
        CHECK_STRING(ADVICE[i].name, now, flags[i]);
        guest_check_fill(ADVICE[i].name, areas[i], SIZE / 2, (uint64_t)i);
    }
    guest_vma_flags(unreserved, now, sizeof now);
    CHECK_STRING("MAP_NORESERVE", now, flags[COUNT]);
}
