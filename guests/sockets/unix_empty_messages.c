// Messages without a byte: in front of others, between them, alone.
// opt-out: copy-on-write: it is checkpointed twice while it runs on, and an empty message that was peeked at once is not shown again (net/core/datagram.c)
#include "guest.h"
#include <sys/socket.h>

static const int TYPES[] = {SOCK_DGRAM, SOCK_SEQPACKET};
static int mixed[2][2], alone[2][2];

void setup(void)
{
    for (int i = 0; i < 2; i++) {
        NEED(socketpair(AF_UNIX, TYPES[i] | SOCK_NONBLOCK, 0, mixed[i]));
        NEED(socketpair(AF_UNIX, TYPES[i] | SOCK_NONBLOCK, 0, alone[i]));
        NEED(send(mixed[i][0], "", 0, 0));
        NEED(send(mixed[i][0], "one", 3, 0));
        NEED(send(mixed[i][0], "", 0, 0));
        NEED(send(mixed[i][0], "", 0, 0));
        NEED(send(mixed[i][0], "two", 3, 0));
        NEED(send(alone[i][0], "", 0, 0));
    }
}

void sabotage(void)
{
    NEED(recv(alone[0][1], &(char){0}, 1, 0));
}

void verify(void)
{
    static const int MIXED[] = {0, 3, 0, 0, 3};
    char bytes[8];
    for (int i = 0; i < 2; i++) {
        for (int message = 0; message < 5; message++)
            CHECK("mixed", recv(mixed[i][1], bytes, sizeof bytes, 0), MIXED[message]);
        CHECK_ERRNO("no more", recv(mixed[i][1], bytes, sizeof bytes, 0), EAGAIN);
        CHECK("alone", recv(alone[i][1], bytes, sizeof bytes, 0), 0);
        CHECK_ERRNO("no other", recv(alone[i][1], bytes, sizeof bytes, 0), EAGAIN);
    }
}
