// TCP sockets that were shut down and never connected: such a call fails, and counts nevertheless.
#include "guest.h"
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

static int both[2];

void setup(void)
{
    static const int DOMAINS[2] = {AF_INET, AF_INET6};
    for (int i = 0; i < 2; i++) {
        both[i] = NEED(socket(DOMAINS[i], SOCK_STREAM, 0));
        CHECK("shutdown", shutdown(both[i], SHUT_RDWR), -1);
    }
}

void sabotage(void)
{
    int fresh = NEED(socket(AF_INET, SOCK_STREAM, 0));
    NEED(dup2(fresh, both[0]));
}

void verify(void)
{
    for (int i = 0; i < 2; i++) {
        struct pollfd end = {.fd = both[i], .events = POLLRDHUP};
        NEED(poll(&end, 1, 0));
        CHECK("shut", end.revents & POLLRDHUP, POLLRDHUP);
        CHECK("nothing to read", recv(both[i], &(char){0}, 1, MSG_DONTWAIT), 0);
        struct sockaddr_storage name;
        socklen_t length = sizeof name;
        CHECK_ERRNO("no peer", getpeername(both[i], (struct sockaddr *)&name, &length), ENOTCONN);
        struct sockaddr_in6 any = {.sin6_family = i == 0 ? AF_INET : AF_INET6};
        length = i == 0 ? sizeof(struct sockaddr_in) : sizeof any;
        CHECK("can be bound", bind(both[i], (struct sockaddr *)&any, length), 0);
        CHECK("can listen", listen(both[i], 1), 0);
    }
}
