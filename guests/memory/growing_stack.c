// A MAP_GROWSDOWN mapping keeps its flag and grows when it is touched below.
#include "guest.h"

enum { PAGE = 4096, START = 4 };
static char *stack; // its lowest page
static char flags[256];

void setup(void)
{
    // Room below it: a stack stops growing 256 pages above the next mapping.
    char *room = NEED(mmap(NULL, 2048 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    NEED(munmap(room, 2048 * PAGE));
    stack = NEED(mmap(room + 2000 * PAGE, START * PAGE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED_NOREPLACE, -1, 0));
    guest_fill(stack, START * PAGE, 1);
    stack[-1] = 11; // one page more by itself
    stack -= PAGE;
    guest_vma_flags(stack, flags, sizeof flags);
    if (strstr(flags, " gd") == NULL)
        guest_die("no growing stack: %s", flags);
}

void sabotage(void)
{
    NEED(munmap(stack, PAGE));
}

void verify(void)
{
    char now[256];
    guest_vma_flags(stack, now, sizeof now);
    CHECK_STRING("VmFlags", now, flags);
    guest_check_fill("contents", stack + PAGE, START * PAGE, 1);
    if (strcmp(now, flags) != 0)
        return; // touching it would kill the guest
    CHECK("grown page", stack[PAGE - 1], 11);
    volatile char *below = stack - 3 * PAGE;
    *below = 7;
    guest_vma_flags((char *)below, now, sizeof now);
    CHECK_STRING("VmFlags where it grew", now, flags);
    CHECK("zero between", stack[-PAGE], 0);
}
