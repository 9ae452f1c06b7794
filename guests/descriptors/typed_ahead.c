// Keys that were typed at a pseudo terminal and not read: bytes, lines, ends of file, a line that is begun, more than there is room for.
// guest: raw
// guest: raw_full
// guest: lines
// guest: begun
// guest: literal
// guest: ends
// guest: pasted
// guest: full
// guest: packets
// guest: stopped
// guest: waiting
#include "guest.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

enum { ROOM = 4095, MORE = 700 };
static const char plain[] = "\0one\003\004\023\021\026\n\r\177\377\0two";
static int master, slave;
static char bytes[ROOM + MORE];
static const char *kind;
static struct termios settings;
static pthread_t reader;
static char got_line[64];
static _Atomic ssize_t got_length = -2;
static _Atomic bool started;

static bool is(const char *wanted)
{
    return strcmp(kind, wanted) == 0;
}

static bool is_raw(void)
{
    return is("raw") || is("raw_full");
}

// No byte that has a meaning.
static void letters(char *to, int count)
{
    guest_fill(to, (size_t)count, 9);
    for (int i = 0; i < count; i++)
        to[i] = (char)('a' + (to[i] & 15));
}

static void type(const void *keys, size_t length)
{
    if (write(master, keys, length) != (ssize_t)length)
        guest_die("setup: write: %s", strerror(errno));
}

#define TYPE(keys) type(keys, sizeof keys - 1)

static void *read_line(void *nothing)
{
    started = true;
    got_length = read(slave, got_line, sizeof got_line - 1);
    return nothing;
}

static void type_all(void)
{
    if (is("raw")) {
        memcpy(bytes, plain, sizeof plain);
        type(bytes, sizeof plain);
    } else if (is("raw_full")) {
        letters(bytes, ROOM + MORE);
        type(bytes, ROOM + MORE);
    } else if (is("full")) {
        letters(bytes, ROOM);
        for (int at = 99; at < ROOM; at += 100)
            bytes[at] = '\n';
        type(bytes, ROOM);
        TYPE("over\nmore");
    } else if (is("begun")) {
        TYPE("never ended");
    } else if (is("waiting")) {
        TYPE("begun");
    } else if (is("literal")) {
        TYPE("ab\026");
    } else if (is("ends")) {
        TYPE("one\n\004two\004\004three;four");
    } else if (is("pasted")) {
        TYPE("sleep 9\nls\nhal");
    } else {
        TYPE("one\n\ntwo \026\003\026\004\026\023\026\n\026\026\n\004be\177egun");
    }
}

// The line discipline has what was typed: so many bytes can be read, or none, and then a look for some waits for it.
static void await(int wanted)
{
    int there = -1;
    poll(&(struct pollfd){.fd = slave, .events = POLLIN}, 1, 0);
    for (int i = 0; i < 10000 && there != wanted; i++) {
        usleep(i == 0 ? 0 : 1000);
        NEED(ioctl(slave, FIONREAD, &there));
    }
    if (there != wanted)
        guest_die("setup: %d bytes to be read", there);
}

void setup(void)
{
    kind = guest_arg(0, "raw");
    master = NEED(posix_openpt(O_RDWR | O_NOCTTY));
    NEED(grantpt(master));
    NEED(unlockpt(master));
    slave = NEED(open(ptsname(master), O_RDWR | O_NOCTTY));
    NEED(tcgetattr(slave, &settings));
    if (is_raw() || is("pasted"))
        cfmakeraw(&settings);
    if (is("ends"))
        settings.c_cc[VEOL] = ';';
    settings.c_lflag &= ~(tcflag_t)ECHO;
    NEED(tcsetattr(slave, TCSANOW, &settings));
    int on = 1;
    if (is("packets"))
        NEED(ioctl(master, TIOCPKT, &on));
    type_all();
    await(is("raw")        ? (int)sizeof plain
          : is("raw_full") ? ROOM
          : is("full")     ? ROOM / 100 * 100
          : is("ends")     ? 13
          : is("pasted")   ? 14
          : is("begun") || is("literal") || is("waiting") ? 0
                                                          : 15);
    // What the line discipline does from here on must not be seen in what is there.
    settings.c_lflag |= ECHO | ISIG;
    settings.c_iflag |= IXON | ICRNL | ISTRIP;
    if (is("pasted"))
        settings.c_lflag |= ICANON | IEXTEN;
    NEED(tcsetattr(slave, TCSANOW, &settings));
    if (is("packets")) {
        char status;
        while (poll(&(struct pollfd){.fd = master, .events = POLLIN}, 1, 0) == 1 && read(master, &status, 1) > 0)
            ;
    }
    if (is("stopped"))
        NEED(tcflow(slave, TCOOFF));
    if (is("waiting")) {
        NEED_ZERO(pthread_create(&reader, NULL, read_line, NULL));
        while (!started)
            usleep(1000);
        usleep(30000);
    }
}

void sabotage(void)
{
    struct termios raw = settings;
    if (is("waiting")) {
        NEED(write(master, "x", 1));
        return;
    }
    cfmakeraw(&raw);
    NEED(tcsetattr(slave, TCSANOW, &raw));
    char byte;
    NEED(read(slave, &byte, 1));
    NEED(tcsetattr(slave, TCSANOW, &settings));
}

// One read gets exactly this.
static void expect(const char *what, const char *wanted, ssize_t length)
{
    static char text[ROOM + MORE];
    static int patience = 3000;
    struct pollfd poll_for = {.fd = slave, .events = POLLIN};
    CHECK(what, poll(&poll_for, 1, patience), 1);
    if (poll_for.revents == 0) {
        patience = 0; // what is missing does not come any more
        return;
    }
    ssize_t n = read(slave, text, sizeof text);
    CHECK(what, n, length);
    CHECK(what, memcmp(text, wanted, (size_t)(n < length ? n : length)), 0);
}

static void nothing_more(void)
{
    CHECK("nothing more", poll(&(struct pollfd){.fd = slave, .events = POLLIN}, 1, 0), 0);
}

static void type_more(const char *keys)
{
    CHECK("type", write(master, keys, strlen(keys)), (ssize_t)strlen(keys));
}

static void verify_raw(void)
{
    static char text[ROOM + MORE];
    int length = is("raw") ? (int)sizeof plain : ROOM + MORE, at = 0, there = 0;
    CHECK("FIONREAD", ioctl(slave, FIONREAD, &there), 0);
    CHECK("there", there, is("raw") ? (int)sizeof plain : ROOM);
    while (at < length && poll(&(struct pollfd){.fd = slave, .events = POLLIN}, 1, 3000) == 1) {
        ssize_t n = read(slave, text + at, (size_t)(length - at));
        if (n <= 0)
            break;
        at += (int)n;
    }
    CHECK("bytes", at, length);
    CHECK("their values", memcmp(text, bytes, (size_t)length), 0);
}

static void verify_full(void)
{
    for (int at = 0; at < ROOM - 95; at += 100)
        expect("a line", bytes + at, 100);
    char rest[256];
    int length = ROOM % 100;
    memcpy(rest, bytes + ROOM - length, (size_t)length);
    memcpy(rest + length, "over\n", 5);
    expect("the begun line", rest, length + 5);
    type_more("\n");
    expect("the last", "more\n", 5);
}

static void verify_ends(void)
{
    int there = 0;
    CHECK("FIONREAD", ioctl(slave, FIONREAD, &there), 0);
    CHECK("there", there, 13);
    expect("one", "one\n", 4);
    expect("an end of file", "", 0);
    expect("text before one", "two", 3);
    expect("another", "", 0);
    expect("another end of line", "three;", 6);
    nothing_more();
    type_more("\004");
    expect("begun", "four", 4);
}

static void verify_pasted(void)
{
    struct termios raw = settings;
    raw.c_lflag &= ~(tcflag_t)ICANON;
    CHECK("tcsetattr", tcsetattr(slave, TCSANOW, &raw), 0);
    expect("all as it was pasted", "sleep 9\nls\nhal", 14);
    CHECK("tcsetattr", tcsetattr(slave, TCSANOW, &settings), 0);
}

static void verify_lines(void)
{
    expect("a line", "one\n", 4);
    expect("an empty line", "\n", 1);
    expect("literal keys", "two \003\004\023\n\026\n", 10);
    expect("an end of file", "", 0);
    nothing_more();
    // A key that erases finds what it erases.
    type_more("\177n\n");
    expect("the begun line", "begun\n", 6);
}

void verify(void)
{
    struct termios now;
    CHECK("tcgetattr", tcgetattr(slave, &now), 0);
    CHECK("settings", memcmp(&now, &settings, sizeof now), 0);
    CHECK("no output", is("stopped") ? 0 : poll(&(struct pollfd){.fd = master, .events = POLLIN}, 1, 0), 0);
    if (is("stopped")) {
        struct pollfd poll_for = {.fd = slave, .events = POLLOUT};
        poll(&poll_for, 1, 0);
        CHECK("stopped", poll_for.revents & POLLOUT, 0);
        CHECK("go on", tcflow(slave, TCOON), 0);
    }
    settings.c_lflag &= ~(tcflag_t)ECHO;
    CHECK("tcsetattr", tcsetattr(slave, TCSANOW, &settings), 0);
    if (is_raw()) {
        verify_raw();
    } else if (is("full")) {
        verify_full();
    } else if (is("ends")) {
        verify_ends();
    } else if (is("pasted")) {
        verify_pasted();
    } else if (is("begun")) {
        nothing_more();
        type_more("\025\n");
        expect("all of it is erased", "\n", 1);
    } else if (is("literal")) {
        type_more("\004c\n");
        expect("a literal key", "ab\004c\n", 5);
    } else if (is("waiting")) {
        CHECK("still waits", got_length, -2);
        type_more(" line\n");
        CHECK("joined", pthread_join(reader, NULL), 0);
        CHECK("length", got_length, 11);
        CHECK_STRING("the whole line", got_line, "begun line\n");
    } else {
        verify_lines();
    }
    nothing_more();
}
