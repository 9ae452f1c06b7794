// Pseudo terminals with both ends here: names, settings, window, unread output, packet mode, a slave that is closed or locked.
// guest: plain
// guest: packets
// guest: unread
// guest: stopped
// guest: closed
// guest: locked
// guest: many
#include "guest.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

enum { MANY = 20, LARGE = 6000 };
static int master, slave = -1, other = -1, masters[MANY], slaves[MANY];
static char name[64], bytes[LARGE];
static const char *kind;
static struct termios settings;

static int open_master(char *slave_name)
{
    int fd = NEED(posix_openpt(O_RDWR | O_NOCTTY));
    NEED(grantpt(fd));
    if (strcmp(kind, "locked") != 0)
        NEED(unlockpt(fd));
    if (ptsname_r(fd, slave_name, sizeof name) != 0)
        guest_die("setup: ptsname_r");
    return fd;
}

static bool is(const char *wanted)
{
    return strcmp(kind, wanted) == 0;
}

void setup(void)
{
    kind = guest_arg(0, "plain");
    master = open_master(name);
    if (is("locked"))
        return;
    slave = NEED(open(name, O_RDWR | O_NOCTTY));
    other = NEED(open(name, O_WRONLY | O_NOCTTY | O_NONBLOCK));
    NEED(tcgetattr(slave, &settings));
    settings.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
    settings.c_cc[VMIN] = 3;
    settings.c_cc[VINTR] = 7;
    NEED(tcsetattr(slave, TCSANOW, &settings));
    struct winsize size = {.ws_row = 33, .ws_col = 111, .ws_xpixel = 5, .ws_ypixel = 6};
    NEED(ioctl(master, TIOCSWINSZ, &size));
    NEED(fchmod(slave, 0642));
    int on = 1;
    if (is("packets"))
        NEED(ioctl(master, TIOCPKT, &on));
    if (is("unread") || is("packets") || is("stopped"))
        NEED(write(slave, "one\ntwo", 7));
    if (is("unread")) {
        guest_fill(bytes, LARGE, 5);
        for (int i = 0; i < LARGE; i++)
            bytes[i] = (char)('a' + (bytes[i] & 15));
        NEED(write(slave, bytes, LARGE));
    }
    if (is("stopped"))
        NEED(write(master, "\023", 1)); // ^S
    if (is("closed")) {
        NEED(close(slave));
        NEED(close(other));
    }
    for (int i = 0; is("many") && i < MANY; i++) {
        char its[64];
        masters[i] = open_master(its);
        slaves[i] = NEED(open(its, O_RDWR | O_NOCTTY));
        NEED(write(slaves[i], its, strlen(its)));
    }
}

void sabotage(void)
{
    char byte;
    struct winsize size = {.ws_row = 1};
    NEED(ioctl(master, TIOCSWINSZ, &size));
    if (is("unread") || is("packets"))
        NEED(read(master, &byte, 1));
    if (is("closed"))
        NEED(close(master));
    if (is("locked"))
        NEED(unlockpt(master));
}

static void expect(int fd, const char *what, const char *text, size_t length)
{
    char got[256] = "";
    size_t at = 0;
    while (at < length) {
        struct pollfd poll_for = {.fd = fd, .events = POLLIN};
        if (poll(&poll_for, 1, 5000) != 1)
            break;
        // In packet mode each read begins with a byte that says "data"; how many reads it takes is the kernel's matter.
        size_t mark = is("packets") ? 1 : 0;
        char piece[257];
        ssize_t n = read(fd, piece, length - at + mark);
        if (n <= 0)
            break;
        if (mark == 1)
            CHECK("a packet of data", piece[0], TIOCPKT_DATA);
        memcpy(got + at, piece + mark, (size_t)n - mark);
        at += (size_t)n - mark;
    }
    CHECK(what, at, length);
    CHECK("its bytes", memcmp(got, text, length < sizeof got ? length : sizeof got), 0);
}

static void check_locked(void)
{
    int locked = 0;
    CHECK("TIOCGPTLCK", ioctl(master, TIOCGPTLCK, &locked), 0);
    CHECK("locked", locked, 1);
}

static void check_closed(void)
{
    char byte;
    struct pollfd poll_for = {.fd = master, .events = POLLIN};
    CHECK("poll", poll(&poll_for, 1, 0), 1);
    CHECK("hung up", poll_for.revents & POLLHUP, POLLHUP);
    CHECK("read", read(master, &byte, 1), -1);
    CHECK("error", errno, EIO);
}

static void check_slave(void)
{
    struct termios now;
    struct winsize size;
    struct stat node;
    CHECK("tcgetattr", tcgetattr(slave, &now), 0);
    CHECK("c_lflag", now.c_lflag, settings.c_lflag);
    CHECK("c_iflag", now.c_iflag, settings.c_iflag);
    CHECK("c_oflag", now.c_oflag, settings.c_oflag);
    CHECK("VMIN", now.c_cc[VMIN], 3);
    CHECK("VINTR", now.c_cc[VINTR], 7);
    CHECK("TIOCGWINSZ", ioctl(slave, TIOCGWINSZ, &size), 0);
    CHECK("rows", size.ws_row, 33);
    CHECK("columns", size.ws_col, 111);
    CHECK("fstat", fstat(slave, &node), 0);
    CHECK("mode", node.st_mode & 0777, 0642);
    CHECK("flags", fcntl(other, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_WRONLY | O_NONBLOCK);
    CHECK("blocking", fcntl(slave, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDWR);
}

void verify(void)
{
    if (is("locked")) {
        check_locked();
        return;
    }
    if (is("closed")) {
        check_closed();
        return;
    }
    check_slave();
    if (is("packets")) {
        expect(master, "packets", "one\r\ntwo", 8);
    } else if (is("stopped")) {
        CHECK("stopped", write(other, "x", 1), -1);
        CHECK("error", errno, EAGAIN);
        CHECK("go on", write(master, "\021", 1), 1); // ^Q
        expect(master, "unread", "one\r\ntwo", 8);
    } else if (is("unread")) {
        expect(master, "unread", "one\r\ntwo", 8);
        for (int at = 0; at < LARGE; at += 100)
            expect(master, "much", bytes + at, 100);
    }
    char text[16] = "";
    CHECK("keys", write(master, "abc", 3), 3);
    CHECK("arrive", read(slave, text, sizeof text), 3);
    CHECK_STRING("their text", text, "abc");
    CHECK("output", write(other, "done\n", 5), 5);
    expect(master, "output", "done\r\n", 6);
    for (int i = 0; is("many") && i < MANY; i++) {
        char its[64];
        CHECK("ptsname_r", ptsname_r(masters[i], its, sizeof its), 0);
        char want[64] = "";
        ssize_t n = read(masters[i], want, sizeof want - 1);
        CHECK("length", n, strlen(want));
        CHECK("a name", strncmp(want, "/dev/pts/", 9), 0);
    }
}
