// A timer whose signal is blocked: the signal stays pending with its siginfo, and counts its overruns.
#include "guest.h"

static timer_t timer;
static sigset_t set;

void setup(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 9};
    struct itimerspec period = {{0, 10000000}, {0, 10000000}};
    event.sigev_value.sival_int = 1717;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 9);
    NEED(sigprocmask(SIG_BLOCK, &set, NULL));
    NEED(timer_create(CLOCK_MONOTONIC, &event, &timer));
    NEED(timer_settime(timer, 0, &period, NULL));
    usleep(200000);
}

void sabotage(void)
{
    struct itimerspec none = {0};
    NEED(timer_settime(timer, 0, &none, NULL)); // takes its pending signal back
}

void verify(void)
{
    siginfo_t info = {0};
    struct timespec soon = {2, 0};
    CHECK("signal", sigtimedwait(&set, &info, &soon), SIGRTMIN + 9);
    CHECK("code", info.si_code, SI_TIMER);
    CHECK("value", info.si_int, 1717);
    CHECK("overruns counted", info.si_overrun >= 10, 1);
    CHECK("again", sigtimedwait(&set, &info, &soon), SIGRTMIN + 9);
}
