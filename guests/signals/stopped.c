// A guest that has stopped itself (SIGSTOP) stays stopped, checkpointed, resumed or restored, until
// somebody continues it. The harness sends SIGCONT before it creates `go`; `ready` is said before.
// needs: cont
#include "guest.h"

static volatile int continued;

static void on_continue(int signal)
{
    (void)signal;
    continued++;
}

void setup(void)
{
    struct sigaction action = {.sa_handler = on_continue, .sa_flags = SA_RESTART};
    NEED(sigaction(SIGCONT, &action, NULL));
    guest_ready();
    int64_t before = guest_now_ns(CLOCK_MONOTONIC);
    NEED(kill(getpid(), SIGSTOP));
    // Only SIGCONT can have brought it here, and its handler has run by now.
    CHECK("continued", continued, 1);
    CHECK("time passed", guest_now_ns(CLOCK_MONOTONIC) > before, 1);
}

void sabotage(void)
{
    continued++;
}

void verify(void)
{
    CHECK("continued once", continued, 1);
}
