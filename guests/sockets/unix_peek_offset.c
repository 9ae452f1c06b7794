// SO_PEEK_OFF, with messages in the queue: what MSG_PEEK shows next.
#include "guest.h"
#include <sys/socket.h>

static const int TYPES[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
static int ends[3][2];

void setup(void)
{
    int offset = 4;
    for (int i = 0; i < 3; i++) {
        NEED(socketpair(AF_UNIX, TYPES[i], 0, ends[i]));
        NEED(send(ends[i][0], "1234", 4, 0));
        NEED(send(ends[i][0], "5678", 4, 0));
        NEED(setsockopt(ends[i][1], SOL_SOCKET, SO_PEEK_OFF, &offset, sizeof offset));
    }
}

void sabotage(void)
{
    char bytes[2];
    NEED(recv(ends[1][1], bytes, 2, MSG_PEEK));
}

void verify(void)
{
    for (int i = 0; i < 3; i++) {
        char bytes[16] = "";
        int offset = 0;
        socklen_t length = sizeof offset;
        CHECK("getsockopt", getsockopt(ends[i][1], SOL_SOCKET, SO_PEEK_OFF, &offset, &length), 0);
        CHECK("offset", offset, 4);
        CHECK("peek", recv(ends[i][1], bytes, 4, MSG_PEEK), 4);
        CHECK_STRING("peeked", bytes, "5678");
        CHECK("read", recv(ends[i][1], bytes, 4, 0), 4);
        CHECK_STRING("bytes", bytes, "1234");
        CHECK("read", recv(ends[i][1], bytes, 4, 0), 4);
        CHECK_STRING("bytes", bytes, "5678");
    }
}
