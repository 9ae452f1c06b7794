// A blocked and pending SIGTRAP with a handler: nothing may deliver, lose or reset it.
#include "guest.h"

static volatile int traps;
static sigset_t trap;

static void on_trap(int signal)
{
    traps += signal == SIGTRAP;
}

void setup(void)
{
    sigemptyset(&trap);
    sigaddset(&trap, SIGTRAP);
    NEED(sigprocmask(SIG_BLOCK, &trap, NULL));
    signal(SIGTRAP, on_trap);
    NEED(raise(SIGTRAP));
}

void sabotage(void)
{
    signal(SIGTRAP, SIG_IGN); // drops what is pending
    signal(SIGTRAP, on_trap);
}

void verify(void)
{
    CHECK("not delivered yet", traps, 0);
    CHECK("unblock", sigprocmask(SIG_UNBLOCK, &trap, NULL), 0);
    CHECK("delivered once", traps, 1);
    asm volatile("int3");
    CHECK("its own breakpoint", traps, 2);
}
