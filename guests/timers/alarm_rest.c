// alarm(2): what is left of it, and that it comes.
#include "guest.h"

static volatile int alarms;
static volatile int64_t at_ns;
static int64_t start_ns;

static void on_alarm(int signal)
{
    (void)signal;
    at_ns = guest_now_ns(CLOCK_MONOTONIC);
    alarms++;
}

void setup(void)
{
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    guest_expect_signals();
    NEED(sigaction(SIGALRM, &action, NULL));
    start_ns = guest_now_ns(CLOCK_MONOTONIC);
    alarm(3);
    usleep(1000000); // so that one that starts anew comes a second late
}

void sabotage(void)
{
    alarm(0);
}

void verify(void)
{
    for (int i = 0; i < 4000 && alarms == 0; i++)
        usleep(1000);
    long away = guest_away_ms();
    CHECK("alarms", alarms, 1);
    CHECK_RANGE("milliseconds until it came", (at_ns - start_ns) / 1000000, 3000,
                away < 0 ? LONG_MAX : 3600 + away);
    CHECK("no second one", alarm(0), 0);
}
