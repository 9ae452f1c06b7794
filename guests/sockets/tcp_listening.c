// Listening TCP sockets, v4 and v6: address, port, backlog and options; they accept afterwards.
// guest: 4
// guest: 6
// opt-out: beside: two cannot listen on one port of one network namespace
#include "guest.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static const struct option { const char *name; int level, option, value; } OPTIONS[] = {
    {"SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, 1},
    {"SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT, 1},
    {"SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, 1},
    {"SO_RCVBUF", SOL_SOCKET, SO_RCVBUF, 50000},
    {"SO_SNDBUF", SOL_SOCKET, SO_SNDBUF, 60000},
    {"SO_PRIORITY", SOL_SOCKET, SO_PRIORITY, 3},
    {"SO_RCVLOWAT", SOL_SOCKET, SO_RCVLOWAT, 5},
    {"TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, 1},
    {"TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, 123},
    {"TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, 45},
    {"TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, 6},
    {"TCP_DEFER_ACCEPT", IPPROTO_TCP, TCP_DEFER_ACCEPT, 1},
    {"TCP_MAXSEG", IPPROTO_TCP, TCP_MAXSEG, 1000},
    {"IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY, 1}, // the last: for v6 alone
};
enum { COUNT = sizeof OPTIONS / sizeof *OPTIONS, BACKLOG = 17 };

static int fd, domain, options;
static struct sockaddr_storage address;
static socklen_t address_length;
static int values[COUNT];

static int value_of(const struct option *option)
{
    int value = -1;
    socklen_t length = sizeof value;
    CHECK(option->name, getsockopt(fd, option->level, option->option, &value, &length), 0);
    return value;
}

void setup(void)
{
    domain = guest_arg(0, "4")[0] == '6' ? AF_INET6 : AF_INET;
    options = domain == AF_INET6 ? COUNT : COUNT - 1;
    fd = NEED(socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    for (int i = 0; i < options; i++)
        NEED(setsockopt(fd, OPTIONS[i].level, OPTIONS[i].option, &OPTIONS[i].value, sizeof(int)));
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    NEED(domain == AF_INET ? bind(fd, (struct sockaddr *)&v4, sizeof v4)
                           : bind(fd, (struct sockaddr *)&v6, sizeof v6));
    NEED(listen(fd, BACKLOG));
    address_length = sizeof address;
    NEED(getsockname(fd, (struct sockaddr *)&address, &address_length));
    for (int i = 0; i < options; i++)
        values[i] = value_of(&OPTIONS[i]);
}

void sabotage(void)
{
    int zero = 0;
    NEED(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &zero, sizeof zero));
}

void verify(void)
{
    struct sockaddr_storage now = {0};
    socklen_t length = sizeof now;
    struct tcp_info info = {0};
    CHECK("flags", fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK);
    CHECK("close-on-exec", fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK("getsockname", getsockname(fd, (struct sockaddr *)&now, &length), 0);
    CHECK("address", memcmp(&now, &address, address_length), 0);
    for (int i = 0; i < options; i++)
        CHECK(OPTIONS[i].name, value_of(&OPTIONS[i]), values[i]);
    length = sizeof info;
    CHECK("TCP_INFO", getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
    CHECK("listening", info.tcpi_state, TCP_LISTEN);
    CHECK("backlog", info.tcpi_sacked, BACKLOG); // so the kernel calls it for a listening socket
    CHECK_ERRNO("nobody there yet", accept(fd, NULL, NULL), EAGAIN);
    int client = socket(domain, SOCK_STREAM, 0);
    CHECK("connect", connect(client, (struct sockaddr *)&address, address_length), 0);
    CHECK("write", write(client, "hello", 5), 5); // TCP_DEFER_ACCEPT waits for it
    int one = -1;
    for (int i = 0; i < 2000 && (one = accept(fd, NULL, NULL)) < 0; i++)
        usleep(1000);
    char bytes[8] = "";
    CHECK("read", read(one, bytes, 8), 5);
    CHECK_STRING("bytes", bytes, "hello");
}
