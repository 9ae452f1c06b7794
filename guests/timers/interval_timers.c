// setitimer: the real, virtual and profiling timers keep their intervals and what is left of them.
// guest: real
// guest: virtual
// guest: profiling
#include "guest.h"
#include <sys/time.h>

static const struct kind { const char *name; int which, signal; } KINDS[] = {
    {"real", ITIMER_REAL, SIGALRM},
    {"virtual", ITIMER_VIRTUAL, SIGVTALRM},
    {"profiling", ITIMER_PROF, SIGPROF},
};
static const struct kind *kind;
static volatile long expirations;

static void on_timer(int signal)
{
    expirations += signal == kind->signal;
}

static void spin_until(long count)
{
    int64_t limit = guest_now_ns(CLOCK_MONOTONIC) + 20000000000;
    while (expirations < count && guest_now_ns(CLOCK_MONOTONIC) < limit)
        ;
}

void setup(void)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(KINDS[i].name, guest_arg(0, "real")) == 0)
            kind = &KINDS[i];
    struct sigaction action = {.sa_handler = on_timer, .sa_flags = SA_RESTART};
    struct itimerval timer = {{0, 40000}, {0, 30000}};
    guest_expect_signals();
    NEED(sigaction(kind->signal, &action, NULL));
    NEED(setitimer(kind->which, &timer, NULL));
    spin_until(2);
}

void sabotage(void)
{
    struct itimerval none = {0};
    NEED(setitimer(kind->which, &none, NULL));
}

void verify(void)
{
    struct itimerval now = {0};
    CHECK("getitimer", getitimer(kind->which, &now), 0);
    CHECK("interval", now.it_interval.tv_sec * 1000000 + now.it_interval.tv_usec, 40000);
    // CPU timers count in ticks and may be a jiffy beyond.
    CHECK_RANGE("left", now.it_value.tv_sec * 1000000 + now.it_value.tv_usec, 1, 50000);
    if (now.it_interval.tv_usec == 0)
        return;
    long before = expirations;
    int64_t start = guest_now_ns(CLOCK_MONOTONIC);
    spin_until(before + 5);
    CHECK("goes on", expirations - before, 5);
    CHECK("no faster than it should",
          guest_now_ns(CLOCK_MONOTONIC) - start >= 4 * 40000000LL - 15000000, 1);
    struct itimerval none = {0};
    setitimer(kind->which, &none, NULL);
}
