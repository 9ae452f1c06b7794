// One end of a socket pair whose other end is closed, as every JVM with sockets has it.
#include "guest.h"
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

static int stream, seqpacket;

static int one_end(int type)
{
    int ends[2];
    NEED(socketpair(AF_UNIX, type, 0, ends));
    NEED(close(ends[1]));
    return ends[0];
}

static void check(int fd, int type)
{
    char byte;
    int got = -1;
    socklen_t length = sizeof got;
    struct sockaddr_un name;
    struct pollfd poll_of = {.fd = fd, .events = POLLIN};
    CHECK("getsockopt", getsockopt(fd, SOL_SOCKET, SO_TYPE, &got, &length), 0);
    CHECK("type", got, type);
    length = sizeof name;
    CHECK("getpeername", getpeername(fd, (struct sockaddr *)&name, &length), 0);
    CHECK("unnamed", length, sizeof(sa_family_t));
    CHECK("poll", poll(&poll_of, 1, 0), 1);
    CHECK("hung up", poll_of.revents, POLLIN | POLLHUP);
    CHECK("end of file", read(fd, &byte, 1), 0);
    CHECK_ERRNO("broken", send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
}

void setup(void)
{
    stream = one_end(SOCK_STREAM);
    seqpacket = one_end(SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK);
}

void sabotage(void)
{
    NEED(dup2(seqpacket, stream));
}

void verify(void)
{
    check(stream, SOCK_STREAM);
    check(seqpacket, SOCK_SEQPACKET);
    CHECK("close-on-exec", fcntl(seqpacket, F_GETFD), FD_CLOEXEC);
    CHECK("not blocking", fcntl(seqpacket, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
}
