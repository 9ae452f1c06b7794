// MADV_WIPEONFORK memory keeps its contents in the program itself (a copy-on-write child sees zeros),
// and a child made afterwards still gets zeros.
// opt-out: executable: a clone must not share what was to be private to the process
// opt-out: again: the second process from one image gets zeros, as a fork would
#include "guest.h"
#include <sys/wait.h>

enum { SIZE = 65536 };
static char *area;

void setup(void)
{
    area = NEED(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    NEED(madvise(area, SIZE, MADV_WIPEONFORK));
    guest_fill(area, SIZE, 3);
}

void sabotage(void)
{
    NEED(madvise(area, SIZE, MADV_KEEPONFORK));
}

void verify(void)
{
    int status = -1;
    guest_check_fill("contents", area, SIZE, 3);
    pid_t child = fork();
    if (child == 0)
        _exit(area[0] | area[SIZE - 1]);
    CHECK("wait", waitpid(child, &status, 0), child);
    CHECK("what a child sees", status, 0);
}
