// In a time namespace of its own a program's clocks are ahead of everybody else's, and go on so.
// needs: root
// opt-out: executable: an executable has the clocks of whoever executes it
#include "guest.h"

#include <sched.h>

enum { HOUR = 3600 };
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static int64_t monotonic, boot;

static int64_t seconds(clockid_t clock)
{
    return guest_now_ns(clock) / 1000000000;
}

void setup(void)
{
    if (unshare(CLONE_NEWTIME))
        guest_skip("no time namespace: %s", strerror(errno));
    int fd = NEED(open("/proc/self/timens_offsets", O_WRONLY));
    static const char offsets[] = "monotonic 36000 5\nboottime 72000 0\n";
    if (write(fd, offsets, sizeof offsets - 1) != sizeof offsets - 1)
        guest_die("timens_offsets: %s", strerror(errno));
    close(fd);
    fd = NEED(open("/proc/self/ns/time_for_children", O_RDONLY));
    NEED(setns(fd, CLONE_NEWTIME));
    close(fd);
    monotonic = seconds(CLOCK_MONOTONIC);
    boot = seconds(CLOCK_BOOTTIME);
    CHECK("ahead", boot - monotonic >= 9 * HOUR, 1);
}

void sabotage(void)
{
    boot += HOUR;
}

void verify(void)
{
    int64_t now = seconds(CLOCK_MONOTONIC);
    CHECK("goes on", now >= monotonic && now < monotonic + HOUR, 1);
    now = seconds(CLOCK_BOOTTIME);
    CHECK("goes on", now >= boot && now < boot + HOUR, 1);
}
