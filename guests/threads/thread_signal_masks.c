// Each thread has its own signal mask, and keeps it.
// build: static
#include "guest.h"

static void mask_of(int number, sigset_t *mask)
{
    sigemptyset(mask);
    for (int signal = 1; signal < 32; signal++)
        if (signal != SIGKILL && signal != SIGSTOP && (signal * 7 + number) % 3 == 0)
            sigaddset(mask, signal);
    sigaddset(mask, SIGRTMIN + number % 30);
}

static void set_up(int number)
{
    sigset_t mask;
    mask_of(number, &mask);
    NEED_ZERO(pthread_sigmask(SIG_SETMASK, &mask, NULL));
}

static void check(int number)
{
    sigset_t want, got;
    mask_of(number, &want);
    CHECK("pthread_sigmask", pthread_sigmask(SIG_BLOCK, NULL, &got), 0);
    for (int signal = 1; signal <= SIGRTMAX; signal++)
        if (sigismember(&got, signal) != sigismember(&want, signal))
            guest_fail("thread %d: signal %d: expected %sblocked", number, signal,
                       sigismember(&want, signal) ? "" : "not ");
}

void setup(void)
{
    guest_start_threads(16, set_up, check);
    set_up(16);
}

void sabotage(void)
{
    sigset_t none;
    sigemptyset(&none);
    NEED_ZERO(pthread_sigmask(SIG_SETMASK, &none, NULL));
}

void verify(void)
{
    check(16);
    guest_join_threads();
}
