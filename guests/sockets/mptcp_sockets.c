// MPTCP, as servers written in Go have it: listening on v4 and v6, bound, unbound; what they accept from others is plain TCP.
// opt-out: beside: two cannot listen on one port of one network namespace
#include "guest.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

enum { V4, V6, BOUND, UNBOUND, COUNT, BACKLOG = 17 };
static int fds[COUNT];
static struct sockaddr_storage addresses[COUNT];
static socklen_t lengths[COUNT];

static int number_of(int fd, int level, int option)
{
    int value = -1;
    socklen_t length = sizeof value;
    CHECK("getsockopt", getsockopt(fd, level, option, &value, &length), 0);
    return value;
}

static void place(int i, int domain)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    NEED(domain == AF_INET ? bind(fds[i], (struct sockaddr *)&v4, sizeof v4)
                           : bind(fds[i], (struct sockaddr *)&v6, sizeof v6));
    lengths[i] = sizeof addresses[i];
    NEED(getsockname(fds[i], (struct sockaddr *)&addresses[i], &lengths[i]));
}

void setup(void)
{
    int probe = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
    if (probe < 0)
        guest_skip("the kernel has no MPTCP");
    close(probe);
    for (int i = 0; i < COUNT; i++) {
        fds[i] = NEED(socket(i == V6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_MPTCP));
        NEED(setsockopt(fds[i], SOL_SOCKET, SO_KEEPALIVE, &(int){1}, sizeof(int)));
        NEED(setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)));
        NEED(setsockopt(fds[i], IPPROTO_TCP, TCP_KEEPIDLE, &(int){123 + i}, sizeof(int)));
        if (i == V4 || i == V6)
            NEED(setsockopt(fds[i], SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)));
        if (i == V6)
            NEED(setsockopt(fds[i], IPPROTO_IPV6, IPV6_V6ONLY, &(int){1}, sizeof(int)));
        if (i != UNBOUND)
            place(i, i == V6 ? AF_INET6 : AF_INET);
        if (i == V4 || i == V6)
            NEED(listen(fds[i], BACKLOG));
    }
}

void sabotage(void)
{
    NEED(setsockopt(fds[BOUND], IPPROTO_TCP, TCP_NODELAY, &(int){0}, sizeof(int)));
}

static void talk(int listening, int client_protocol, int accepted_protocol)
{
    int client = NEED(socket(addresses[listening].ss_family, SOCK_STREAM, client_protocol));
    CHECK("connect", connect(client, (struct sockaddr *)&addresses[listening], lengths[listening]), 0);
    int one = -1;
    for (int i = 0; i < 2000 && (one = accept(fds[listening], NULL, NULL)) < 0; i++)
        usleep(1000);
    CHECK("protocol", number_of(one, SOL_SOCKET, SO_PROTOCOL), accepted_protocol);
    char bytes[8] = "";
    CHECK("write", write(client, "hello", 5), 5);
    CHECK("read", read(one, bytes, sizeof bytes), 5);
    CHECK_STRING("bytes", bytes, "hello");
    close(client);
    close(one);
}

void verify(void)
{
    for (int i = 0; i < COUNT; i++) {
        CHECK("protocol", number_of(fds[i], SOL_SOCKET, SO_PROTOCOL), IPPROTO_MPTCP);
        CHECK("SO_KEEPALIVE", number_of(fds[i], SOL_SOCKET, SO_KEEPALIVE), 1);
        CHECK("TCP_NODELAY", number_of(fds[i], IPPROTO_TCP, TCP_NODELAY), 1);
        CHECK("TCP_KEEPIDLE", number_of(fds[i], IPPROTO_TCP, TCP_KEEPIDLE), 123 + i);
        struct sockaddr_storage now = {0};
        socklen_t length = sizeof now;
        CHECK("getsockname", getsockname(fds[i], (struct sockaddr *)&now, &length), 0);
        CHECK("address", memcmp(&now, &addresses[i], lengths[i]), 0);
    }
    for (int i = V4; i <= V6; i++) {
        struct tcp_info info = {0};
        socklen_t length = sizeof info;
        CHECK("TCP_INFO", getsockopt(fds[i], IPPROTO_TCP, TCP_INFO, &info, &length), 0);
        CHECK("backlog", info.tcpi_sacked, BACKLOG);
        CHECK_ERRNO("nobody there yet", accept(fds[i], NULL, NULL), EAGAIN);
        talk(i, IPPROTO_TCP, IPPROTO_TCP);
        talk(i, IPPROTO_MPTCP, IPPROTO_MPTCP);
    }
    CHECK("listen", listen(fds[BOUND], 5), 0);
    talk(BOUND, IPPROTO_TCP, IPPROTO_TCP);
    CHECK_ERRNO("connect", connect(fds[UNBOUND], (struct sockaddr *)&addresses[V4], lengths[V4]), EINPROGRESS);
}
