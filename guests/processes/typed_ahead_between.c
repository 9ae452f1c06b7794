// Keys that one process has typed and another one has not read, whose controlling terminal it is.
// opt-out: executable: an executable holds one process
#include "guest.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static int master;
static char name[64];
static struct guest_child child;

static void take_terminal(void)
{
    NEED(setsid());
    int slave = NEED(open(name, O_RDWR));
    NEED(dup2(slave, 99));
    NEED(close(slave));
    NEED(close(master));
}

// So many bytes are to be read; the sum of what comes, or what poll(2) says of nothing.
static long read_some(int size)
{
    char text[64] = "";
    struct pollfd poll_for = {.fd = 99, .events = POLLIN};
    if (poll(&poll_for, 1, size == 0 ? 0 : 3000) == 0)
        return -5;
    ssize_t n = read(99, text, (size_t)size);
    long sum = n;
    for (ssize_t i = 0; i < n; i++)
        sum = sum * 31 + text[i];
    return sum;
}

static long sum_of(const char *text)
{
    long sum = (long)strlen(text);
    for (; *text != 0; text++)
        sum = sum * 31 + *text;
    return sum;
}

void setup(void)
{
    struct termios settings;
    master = NEED(posix_openpt(O_RDWR | O_NOCTTY));
    NEED(grantpt(master));
    NEED(unlockpt(master));
    snprintf(name, sizeof name, "%s", ptsname(master));
    NEED(tcgetattr(master, &settings));
    settings.c_lflag &= ~(tcflag_t)ECHO;
    NEED(tcsetattr(master, TCSANOW, &settings));
    guest_start_child(&child, take_terminal, read_some);
    NEED(write(master, "one\n\004begun", 10));
    usleep(100000);
}

void sabotage(void)
{
    guest_ask(&child, 2);
}

void verify(void)
{
    CHECK("a part of a line", guest_ask(&child, 2), sum_of("on"));
    CHECK("its rest", guest_ask(&child, 60), sum_of("e\n"));
    CHECK("an end of file", guest_ask(&child, 60), 0);
    CHECK("nothing more", guest_ask(&child, 0), -5);
    CHECK("type", write(master, "!\n", 2), 2);
    CHECK("the begun line", guest_ask(&child, 60), sum_of("begun!\n"));
    CHECK("child", guest_end_child(&child, 0), 0);
}
