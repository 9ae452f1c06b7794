// A process that executes itself all the time: whoever looks at it, or stops it, meets it in the
// middle of an execve.
// needs: restless
#include "guest.h"

static long rounds;

void setup(void)
{
    char number[32];
    const char *count = guest_arg(0, "");
    rounds = atol(count);
    if (rounds == 0)
        guest_ready();
    if (guest_may_go())
        return;
    snprintf(number, sizeof number, "%ld", rounds + 1);
    // The scratch directory, absolute since the first round.
    char *directory = realpath(guest_path("."), NULL);
    char *again[] = {"exec_storm", directory, number, NULL};
    execv("/proc/self/exe", again);
    guest_die("execv: %s", strerror(errno));
}

void sabotage(void)
{
    rounds = -1;
}

void verify(void)
{
    CHECK("it went on from round to round", rounds > 1, 1);
}
