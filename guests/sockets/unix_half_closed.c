// shutdown(2) in each direction, with unread bytes in front of the end.
#include "guest.h"
#include <poll.h>
#include <sys/socket.h>

static const int TYPES[] = {SOCK_STREAM, SOCK_SEQPACKET};
static int writing[2][2], reading[2][2], both[2][2];

void setup(void)
{
    for (int i = 0; i < 2; i++) {
        NEED(socketpair(AF_UNIX, TYPES[i], 0, writing[i]));
        NEED(send(writing[i][0], "last", 4, 0));
        NEED(shutdown(writing[i][0], SHUT_WR));
        NEED(socketpair(AF_UNIX, TYPES[i], 0, reading[i]));
        NEED(shutdown(reading[i][0], SHUT_RD));
        NEED(socketpair(AF_UNIX, TYPES[i], 0, both[i]));
        NEED(shutdown(both[i][0], SHUT_RDWR));
    }
}

void sabotage(void)
{
    NEED(shutdown(writing[1][1], SHUT_WR));
}

static int events(int fd)
{
    struct pollfd poll_of = {.fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP};
    CHECK("poll", poll(&poll_of, 1, 0) >= 0, true);
    return poll_of.revents;
}

void verify(void)
{
    char bytes[8] = "";
    for (int i = 0; i < 2; i++) {
        CHECK("events", events(writing[i][1]), POLLIN | POLLOUT | POLLRDHUP);
        CHECK("events", events(both[i][1]), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
        CHECK("last", recv(writing[i][1], bytes, 8, 0), 4);
        CHECK("end", recv(writing[i][1], bytes, 8, 0), 0);
        CHECK_ERRNO("shut", send(writing[i][0], "x", 1, MSG_NOSIGNAL), EPIPE);
        CHECK("other way", send(writing[i][1], "back", 4, MSG_NOSIGNAL), 4);
        CHECK("other way", recv(writing[i][0], bytes, 8, 0), 4);
        CHECK("end", recv(reading[i][0], bytes, 8, 0), 0);
        CHECK_ERRNO("shut", send(reading[i][1], "x", 1, MSG_NOSIGNAL), EPIPE);
        CHECK("other way", send(reading[i][0], "back", 4, MSG_NOSIGNAL), 4);
        CHECK("other way", recv(reading[i][1], bytes, 8, 0), 4);
        CHECK("end", recv(both[i][1], bytes, 8, 0), 0);
        CHECK_ERRNO("shut", send(both[i][1], "x", 1, MSG_NOSIGNAL), EPIPE);
    }
}
