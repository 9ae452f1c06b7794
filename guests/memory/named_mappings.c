// Names of anonymous mappings (PR_SET_VMA_ANON_NAME), as Android and glibc's malloc give them.
#include "guest.h"
#include <sys/prctl.h>

enum { SIZE = 16 * 4096 };
static char *area;

void setup(void)
{
    area = NEED(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    guest_fill(area, SIZE, 1);
    if (prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, area, SIZE / 2, "guest: first half") != 0)
        guest_skip("no names for mappings: %s", strerror(errno));
    NEED(prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, area + SIZE / 2, SIZE / 2, "second"));
    guest_remember_maps();
}

void sabotage(void)
{
    NEED(prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, area, SIZE / 2, NULL));
}

void verify(void)
{
    guest_check_maps();
    guest_check_fill("contents", area, SIZE, 1);
}
