// The slave of a pseudo terminal whose master has been closed: it reads as ended, what is written to it is an error; open twice.
#include "guest.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static int slave = -1, copy = -1, reading = -1;

void setup(void)
{
    int master = NEED(posix_openpt(O_RDWR | O_NOCTTY));
    char name[64];
    NEED(grantpt(master)), NEED(unlockpt(master));
    NEED(ptsname_r(master, name, sizeof name));
    slave = NEED(open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
    copy = NEED(dup(slave));
    reading = NEED(open(name, O_RDONLY | O_NOCTTY | O_NONBLOCK));
    close(master);
}

void sabotage(void)
{
    NEED(dup2(NEED(open("/dev/null", O_RDWR)), slave));
}

static void is_hung_up(int fd)
{
    char byte;
    struct termios settings;
    struct pollfd poll_fd = {fd, POLLIN | POLLOUT, 0};
    CHECK("it has ended", read(fd, &byte, 1), 0);
    CHECK_ERRNO("no settings", tcgetattr(fd, &settings), EIO);
    CHECK("poll", poll(&poll_fd, 1, 0), 1);
    CHECK("events", poll_fd.revents, POLLIN | POLLOUT | POLLERR | POLLHUP);
}

void verify(void)
{
    is_hung_up(slave), is_hung_up(copy), is_hung_up(reading);
    CHECK_ERRNO("write", write(slave, "x", 1), EIO);
    CHECK("close-on-exec", fcntl(slave, F_GETFD), FD_CLOEXEC);
    CHECK("kept on exec", fcntl(copy, F_GETFD), 0);
    CHECK("flags", fcntl(reading, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDONLY | O_NONBLOCK);
    CHECK("one description", fcntl(slave, F_SETFL, O_NONBLOCK), 0);
    CHECK("one description", fcntl(copy, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
}
