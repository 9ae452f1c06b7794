// A peer that has gone: what it sent is still there, then the end, or the error for what it had not read.
#include "guest.h"
#include <sys/socket.h>

static const int TYPES[] = {SOCK_STREAM, SOCK_SEQPACKET};
static int in_order[2], by_force[2], datagrams;

static int one_end(int type, const char *sent, const char *unread)
{
    int ends[2];
    NEED(socketpair(AF_UNIX, type, 0, ends));
    if (*sent)
        NEED(send(ends[1], sent, strlen(sent), 0));
    if (*unread)
        NEED(send(ends[0], unread, strlen(unread), 0));
    NEED(close(ends[1]));
    return ends[0];
}

void setup(void)
{
    for (int i = 0; i < 2; i++) {
        in_order[i] = one_end(TYPES[i], "farewell", "");
        by_force[i] = one_end(TYPES[i], TYPES[i] == SOCK_STREAM ? "data" : "", "never read");
    }
    datagrams = one_end(SOCK_DGRAM, "farewell", "");
}

void sabotage(void)
{
    int error;
    socklen_t length = sizeof error;
    NEED(getsockopt(by_force[1], SOL_SOCKET, SO_ERROR, &error, &length));
}

void verify(void)
{
    char bytes[16] = "";
    for (int i = 0; i < 2; i++) {
        CHECK("farewell", recv(in_order[i], bytes, 16, 0), 8);
        CHECK("end", recv(in_order[i], bytes, 16, 0), 0);
        CHECK_ERRNO("send", send(in_order[i], "x", 1, MSG_NOSIGNAL), EPIPE);
        if (TYPES[i] == SOCK_STREAM)
            CHECK("data", recv(by_force[i], bytes, 16, 0), 4);
        CHECK_ERRNO("reset", recv(by_force[i], bytes, 16, 0), ECONNRESET);
        CHECK("end", recv(by_force[i], bytes, 16, 0), 0);
    }
    CHECK("farewell", recv(datagrams, bytes, 16, 0), 8);
    CHECK_ERRNO("send", send(datagrams, "x", 1, MSG_NOSIGNAL), ECONNREFUSED);
}
