// timerfds: clock, interval, what is left, absolute ones, unread expirations, disarmed ones.
#include "guest.h"
#include <sys/timerfd.h>

static int relative, absolute, expired, disarmed, realtime, boottime;
static int64_t start_ns;

static void set(int fd, int flags, long value_ms, long interval_ms)
{
    struct itimerspec setting = {
        {interval_ms / 1000, interval_ms % 1000 * 1000000},
        {value_ms / 1000, value_ms % 1000 * 1000000},
    };
    NEED(timerfd_settime(fd, flags, &setting, NULL));
}

// Milliseconds until it expires; its interval must be that.
static long left_ms(const char *what, int fd, long interval_ms)
{
    struct itimerspec now = {0};
    CHECK(what, timerfd_gettime(fd, &now), 0);
    CHECK(what, now.it_interval.tv_sec * 1000 + now.it_interval.tv_nsec / 1000000, interval_ms);
    return now.it_value.tv_sec * 1000 + now.it_value.tv_nsec / 1000000;
}

static void check_left(const char *what, int fd, long interval_ms, long value_ms)
{
    long away = guest_away_ms();
    long passed = (guest_now_ns(CLOCK_MONOTONIC) - start_ns) / 1000000;
    CHECK_RANGE(what, left_ms(what, fd, interval_ms), value_ms - passed - 200,
                value_ms - (away < 0 ? 0 : passed - away) + 200);
}

void setup(void)
{
    start_ns = guest_now_ns(CLOCK_MONOTONIC);
    relative = NEED(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    set(relative, 0, 3600000, 1500);
    absolute = NEED(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
    set(absolute, TFD_TIMER_ABSTIME, start_ns / 1000000 + 7200000, 0);
    realtime = NEED(timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK));
    set(realtime, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
        guest_now_ns(CLOCK_REALTIME) / 1000000 + 5400000, 0);
    boottime = NEED(timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK));
    set(boottime, 0, 1800000, 60000);
    expired = NEED(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
    set(expired, 0, 1, 0);
    disarmed = NEED(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
    usleep(20000);
}

void sabotage(void)
{
    set(relative, 0, 3600000, 1600);
}

void verify(void)
{
    uint64_t expirations = 0;
    CHECK("close-on-exec", fcntl(relative, F_GETFD), FD_CLOEXEC);
    CHECK("flags", fcntl(relative, F_GETFL), O_RDWR | O_NONBLOCK);
    check_left("relative", relative, 1500, 3600000);
    check_left("absolute", absolute, 0, 7200000);
    check_left("real time", realtime, 0, 5400000);
    check_left("boot time", boottime, 60000, 1800000);
    CHECK("disarmed", left_ms("disarmed", disarmed, 0), 0);
    CHECK_ERRNO("disarmed", read(disarmed, &expirations, 8), EAGAIN);
    CHECK_ERRNO("not yet", read(relative, &expirations, 8), EAGAIN);
    CHECK("unread", read(expired, &expirations, 8), 8);
    CHECK("expirations", expirations, 1);
    set(disarmed, 0, 5, 0);
    usleep(20000);
    CHECK("armed now", read(disarmed, &expirations, 8), 8);
}
