// A program on a terminal: after a restore in the foreground it is on the terminal of `restore`, with
// the settings it had made (no echo, no lines).
// needs: terminal
// opt-out: detached: a program restored with -d has no terminal
// opt-out: executable: its terminal is that of the exec, with the settings of whoever executes it
#include "guest.h"
#include <sys/ioctl.h>
#include <termios.h>

static struct termios want;

void setup(void)
{
    if (!isatty(0) || !isatty(1))
        guest_skip("not on a terminal");
    NEED(tcgetattr(0, &want));
    want.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
    want.c_cc[VMIN] = 3;
    want.c_cc[VTIME] = 1;
    NEED(tcsetattr(0, TCSANOW, &want));
    NEED(tcgetattr(0, &want));
}

void sabotage(void)
{
    struct termios now = want;
    now.c_lflag |= ECHO;
    NEED(tcsetattr(0, TCSANOW, &now));
}

void verify(void)
{
    struct termios now;
    unsigned in = 0, out = 1;
    struct winsize size;
    memset(&now, 0, sizeof now);
    CHECK("tcgetattr", tcgetattr(0, &now), 0);
    CHECK("input modes", now.c_iflag, want.c_iflag);
    CHECK("output modes", now.c_oflag, want.c_oflag);
    CHECK("local modes", now.c_lflag, want.c_lflag);
    CHECK("VMIN", now.c_cc[VMIN], 3);
    CHECK("VTIME", now.c_cc[VTIME], 1);
    // /dev/tty is another file for the same terminal.
    CHECK("TIOCGDEV", ioctl(0, TIOCGDEV, &in) + ioctl(1, TIOCGDEV, &out), 0);
    CHECK("one terminal for both", in, out);
    CHECK("window size", ioctl(0, TIOCGWINSZ, &size), 0);
    CHECK("foreground group", tcgetpgrp(0), getpgrp());
    int terminal = open("/dev/tty", O_RDWR);
    CHECK("it is the controlling terminal", terminal >= 0, 1);
}
