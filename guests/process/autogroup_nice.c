// The nice value of the group that the scheduler makes of a session (/proc/self/autogroup).
// opt-out: executable: it stays in the session of whoever executes it
#include "guest.h"

static int nice_value(void)
{
    char text[64] = "";
    guest_read_file("/proc/self/autogroup", text, sizeof text);
    const char *at = strstr(text, "nice ");
    return at == NULL ? -100 : atoi(at + 5);
}

static void set(const char *value)
{
    int file = NEED(open("/proc/self/autogroup", O_WRONLY));
    NEED(write(file, value, strlen(value)));
    close(file);
}

void setup(void)
{
    if (access("/proc/self/autogroup", W_OK) != 0)
        guest_skip("the scheduler makes no groups (CONFIG_SCHED_AUTOGROUP)");
    setsid();
    if (getsid(0) != getpid())
        guest_skip("it does not lead its session");
    set("5");
    CHECK("nice", nice_value(), 5);
}

void sabotage(void)
{
    set("6");
}

void verify(void)
{
    CHECK("nice", nice_value(), 5);
}
