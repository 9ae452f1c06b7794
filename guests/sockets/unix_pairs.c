// Socket pairs, stream, datagram and seqpacket, with unread bytes and messages in both directions.
// opt-out: copy-on-write: it is checkpointed twice while it runs on, and an empty message that was peeked at once is not shown again (net/core/datagram.c)
#include "guest.h"
#include <sys/socket.h>

enum { KINDS = 3, LARGE = 100000 };
static const int TYPES[KINDS] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
static int ends[KINDS][2], large[2], nothing[2];

void setup(void)
{
    for (int i = 0; i < KINDS; i++) {
        NEED(socketpair(AF_UNIX, TYPES[i] | (i == 1 ? SOCK_NONBLOCK : 0), 0, ends[i]));
        NEED(send(ends[i][0], "one", 3, 0));
        NEED(send(ends[i][0], "two two", 7, 0));
        if (TYPES[i] == SOCK_DGRAM)
            NEED(send(ends[i][0], "", 0, 0));
        NEED(send(ends[i][0], "three", 5, 0));
        NEED(send(ends[i][1], "back", 4, 0));
    }
    static char bytes[LARGE];
    int size = 4 * LARGE;
    NEED(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, large));
    NEED(setsockopt(large[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size));
    guest_fill(bytes, LARGE, 7);
    if (NEED(send(large[0], bytes, LARGE, MSG_DONTWAIT)) != LARGE)
        guest_die("a short send");
    NEED(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, nothing));
}

void sabotage(void)
{
    char byte;
    NEED(recv(ends[0][1], &byte, 1, 0));
}

static void check(int fd, const char *want)
{
    char bytes[32] = "";
    CHECK(want, recv(fd, bytes, sizeof bytes - 1, MSG_DONTWAIT), strlen(want));
    CHECK_STRING("bytes", bytes, want);
}

void verify(void)
{
    static char bytes[LARGE];
    check(ends[0][1], "onetwo twothree");
    for (int i = 1; i < KINDS; i++) {
        check(ends[i][1], "one");
        check(ends[i][1], "two two");
        if (TYPES[i] == SOCK_DGRAM)
            check(ends[i][1], "");
        check(ends[i][1], "three");
    }
    for (int i = 0; i < KINDS; i++) {
        check(ends[i][0], "back");
        CHECK_ERRNO("empty", recv(ends[i][0], bytes, 1, MSG_DONTWAIT), EAGAIN);
        CHECK_ERRNO("empty", recv(ends[i][1], bytes, 1, MSG_DONTWAIT), EAGAIN);
        CHECK("flags", fcntl(ends[i][0], F_GETFL), O_RDWR | (i == 1 ? O_NONBLOCK : 0));
        CHECK("it goes on", send(ends[i][0], "more", 4, MSG_DONTWAIT), 4);
        check(ends[i][1], "more");
        CHECK("and back", send(ends[i][1], "more", 4, MSG_DONTWAIT), 4);
        check(ends[i][0], "more");
    }
    int size = 0;
    socklen_t length = sizeof size;
    CHECK("SO_SNDBUF", getsockopt(large[0], SOL_SOCKET, SO_SNDBUF, &size, &length), 0);
    CHECK_RANGE("size", size, 4 * LARGE, 8 * LARGE);
    size_t got = 0;
    for (ssize_t n; got < LARGE && (n = recv(large[1], bytes + got, LARGE - got, MSG_DONTWAIT)) > 0;)
        got += (size_t)n;
    CHECK("many bytes", got, LARGE);
    guest_check_fill("many bytes", bytes, LARGE, 7);
    CHECK("close-on-exec", fcntl(large[0], F_GETFD), FD_CLOEXEC);
    CHECK_ERRNO("nothing", recv(nothing[0], bytes, 1, MSG_DONTWAIT), EAGAIN);
}
