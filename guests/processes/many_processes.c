// A hundred children with two pipes each.
// opt-out: executable: an executable holds one process
#include "guest.h"

enum { COUNT = 100, PID, PARENT };

static struct guest_child children[COUNT];

static long answer(int question)
{
    return question == PID ? getpid() : getppid();
}

void setup(void)
{
    for (int i = 0; i < COUNT; i++)
        guest_start_child(&children[i], NULL, answer);
}

void sabotage(void)
{
    kill(children[50].pid, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
}

void verify(void)
{
    for (int i = 0; i < COUNT; i++) {
        CHECK("pid", guest_ask(&children[i], PID), children[i].pid);
        CHECK("parent", guest_ask(&children[i], PARENT), getpid());
    }
    for (int i = 0; i < COUNT; i++)
        CHECK("status", guest_end_child(&children[i], i), i << 8);
}
