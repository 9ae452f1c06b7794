// Pages of each protection keep it and their contents: none, read-only, write-only, execute-only.
#include "guest.h"

enum { PAGE = 4096 };
static const int PROTECTIONS[] = {
    PROT_NONE, PROT_READ, PROT_WRITE, PROT_READ | PROT_WRITE,
    PROT_EXEC, PROT_READ | PROT_EXEC, PROT_READ | PROT_WRITE | PROT_EXEC,
};
enum { COUNT = sizeof PROTECTIONS / sizeof *PROTECTIONS };
static char *area; // three pages for each: two written, then an untouched one
static char flags[COUNT][256];

void setup(void)
{
    area = NEED(mmap(NULL, COUNT * 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                     -1, 0));
    for (int i = 0; i < COUNT; i++) {
        char *pages = area + i * 3 * PAGE;
        guest_fill(pages, 2 * PAGE, (uint64_t)i);
        NEED(mprotect(pages, 3 * PAGE, PROTECTIONS[i]));
        guest_vma_flags(pages, flags[i], sizeof flags[i]);
    }
    guest_remember_maps();
}

void sabotage(void)
{
    NEED(mprotect(area, PAGE, PROT_READ));
}

void verify(void)
{
    guest_check_maps();
    for (int i = 0; i < COUNT; i++) {
        char *pages = area + i * 3 * PAGE, now[256];
        guest_vma_flags(pages, now, sizeof now);
        CHECK_STRING("VmFlags", now, flags[i]);
        // On x86 what can be written can be read; execute-only needs protection keys.
        if (PROTECTIONS[i] == PROT_NONE)
            CHECK("readable", guest_readable(pages), 0);
        CHECK("writable", guest_writable(pages), (PROTECTIONS[i] & PROT_WRITE) != 0);
        CHECK("mprotect", mprotect(pages, 3 * PAGE, PROT_READ | PROT_WRITE), 0);
        guest_check_fill("contents", pages, 2 * PAGE, (uint64_t)i);
        CHECK("untouched page", pages[2 * PAGE], 0);
    }
}
