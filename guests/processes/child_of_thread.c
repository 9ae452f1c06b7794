// A child that a thread has forked is that thread's: only it can wait for it with __WNOTHREAD.
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <sys/wait.h>

static struct guest_child child;

static long answer(int question)
{
    (void)question;
    return getppid();
}

static void fork_child(int number)
{
    if (number == 1)
        guest_start_child(&child, NULL, answer);
}

static void wait_for_child(int number)
{
    int result = waitpid(child.pid, NULL, __WNOTHREAD | WNOHANG);
    CHECK("waiting as a thread", result, number == 1 ? 0 : -1);
}

void setup(void)
{
    guest_start_threads(3, fork_child, wait_for_child);
}

void sabotage(void)
{
    child.pid++;
}

void verify(void)
{
    CHECK("parent", guest_ask(&child, 0), getpid());
    CHECK_ERRNO("waiting as the first thread", waitpid(child.pid, NULL, __WNOTHREAD | WNOHANG), ECHILD);
    CHECK("waiting as the process", waitpid(child.pid, NULL, WNOHANG), 0);
    guest_join_threads();
    CHECK("status", guest_end_child(&child, 8), 8 << 8);
}
