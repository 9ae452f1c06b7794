// Settings of a terminal that nobody can change (TIOCSLCKTRMIOS).
// needs: root
#include "guest.h"
#include <sys/ioctl.h>
#include <termios.h>

// The kernel's struct termios is smaller than the C library's.
static union { struct termios whole; unsigned char bytes[64]; } locks, found;
static int master, slave;

void setup(void)
{
    char name[64];
    master = NEED(posix_openpt(O_RDWR | O_NOCTTY));
    NEED(unlockpt(master));
    if (ptsname_r(master, name, sizeof name) != 0)
        guest_die("setup: ptsname_r");
    slave = NEED(open(name, O_RDWR | O_NOCTTY));
    locks.whole.c_lflag = ECHO;
    locks.whole.c_cc[VMIN] = 1;
    NEED(ioctl(slave, TIOCSLCKTRMIOS, &locks));
}

void sabotage(void)
{
    NEED(ioctl(slave, TIOCSLCKTRMIOS, &found));
}

void verify(void)
{
    NEED(ioctl(slave, TIOCGLCKTRMIOS, &found));
    CHECK("locks", memcmp(&found, &locks, 36), 0);
    struct termios settings;
    NEED(tcgetattr(slave, &settings));
    settings.c_lflag ^= ECHO | ISIG;
    NEED(tcsetattr(slave, TCSANOW, &settings));
    NEED(tcgetattr(slave, &settings));
    CHECK("still echoes", settings.c_lflag & ECHO, ECHO);
    CHECK("what is not locked", settings.c_lflag & ISIG, 0);
}
