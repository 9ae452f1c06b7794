// A periodic timerfd that nobody reads counts its expirations, and loses none while it is away.
#include "guest.h"
#include <sys/timerfd.h>

enum { PERIOD_MS = 25 };
static int fd;
static int64_t start_ns;

void setup(void)
{
    struct itimerspec period = {{0, PERIOD_MS * 1000000}, {0, PERIOD_MS * 1000000}};
    fd = NEED(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
    start_ns = guest_now_ns(CLOCK_MONOTONIC);
    NEED(timerfd_settime(fd, 0, &period, NULL));
    usleep(300000);
}

void sabotage(void)
{
    uint64_t expirations;
    NEED(read(fd, &expirations, 8));
}

void verify(void)
{
    uint64_t expirations = 0;
    long away = guest_away_ms();
    int64_t periods = (guest_now_ns(CLOCK_MONOTONIC) - start_ns) / 1000000 / PERIOD_MS;
    CHECK("read", read(fd, &expirations, 8), 8);
    // The time away may count or not; the time before and after does.
    CHECK_RANGE("expirations", expirations, away < 0 ? 11 : periods - away / PERIOD_MS - 3,
                periods + 2);
    usleep(2 * PERIOD_MS * 1000);
    CHECK("goes on", read(fd, &expirations, 8), 8);
    CHECK_RANGE("expirations since", expirations, 1, 100);
}
