// TCP connections with both ends here: addresses, options, unread bytes in both directions, more than the windows take.
// guest: 4
// guest: 6
// guest: mapped
// opt-out: beside: one connection can be there once in a network namespace
#include "guest.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

enum { LARGE = 9000000 };
static int server, client, accepted, full_client, full_accepted;
static size_t written;
static struct sockaddr_storage names[4];
static socklen_t lengths[4];
static char bytes[LARGE];

static int connected(const struct sockaddr *address, socklen_t length, int *other)
{
    int fd = NEED(socket(guest_arg(0, "4")[0] == '6' ? AF_INET6 : AF_INET, SOCK_STREAM, 0));
    NEED(connect(fd, address, length));
    *other = NEED(accept(server, NULL, NULL));
    return fd;
}

static void get_names(struct sockaddr_storage *addresses, socklen_t *sizes)
{
    for (int i = 0; i < 4; i++) {
        sizes[i] = sizeof *addresses;
        memset(&addresses[i], 0, sizeof *addresses);
        int result = (i % 2 ? getpeername : getsockname)(i < 2 ? client : accepted, (struct sockaddr *)&addresses[i], &sizes[i]);
        CHECK("name", result, 0);
    }
}

void setup(void)
{
    char kind = guest_arg(0, "4")[0];
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (kind == '6')
        v6.sin6_addr = in6addr_loopback;
    server = NEED(socket(kind == '4' ? AF_INET : AF_INET6, SOCK_STREAM, 0));
    NEED(kind == '4' ? bind(server, (struct sockaddr *)&v4, sizeof v4) : bind(server, (struct sockaddr *)&v6, sizeof v6));
    NEED(listen(server, 5));
    socklen_t length = sizeof v6;
    NEED(getsockname(server, kind == '4' ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6, &length));
    if (kind == 'm')
        v4.sin_port = v6.sin6_port;
    struct sockaddr *to = kind == '6' ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
    length = kind == '6' ? sizeof v6 : sizeof v4;
    client = connected(to, length, &accepted);
    full_client = connected(to, length, &full_accepted);
    int one = 1, idle = 77;
    NEED(setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one));
    NEED(setsockopt(client, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one));
    NEED(setsockopt(client, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle));
    struct linger linger = {1, 5};
    NEED(setsockopt(accepted, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    NEED(fcntl(accepted, F_SETFL, O_NONBLOCK));
    NEED(send(client, "to the server", 13, 0));
    NEED(send(accepted, "to the client", 13, 0));
    guest_fill(bytes, LARGE, 11);
    for (ssize_t n; written < LARGE && (n = send(full_client, bytes + written, LARGE - written, MSG_DONTWAIT)) > 0;)
        written += (size_t)n;
    NEED(send(full_accepted, "answer", 6, 0));
    usleep(100000); // until nothing moves any more
    get_names(names, lengths);
}

void sabotage(void)
{
    NEED(recv(full_accepted, bytes, 1, 0));
}

static int value(int fd, int level, int option)
{
    int value = -1;
    socklen_t length = sizeof value;
    CHECK("getsockopt", getsockopt(fd, level, option, &value, &length), 0);
    return value;
}

static void check(int fd, const char *want)
{
    char text[32] = "";
    CHECK(want, recv(fd, text, sizeof text - 1, MSG_DONTWAIT), strlen(want));
    CHECK_STRING("text", text, want);
}

void verify(void)
{
    struct sockaddr_storage now[4];
    socklen_t sizes[4];
    get_names(now, sizes);
    for (int i = 0; i < 4; i++) {
        CHECK("length", sizes[i], lengths[i]);
        CHECK("address", memcmp(&now[i], &names[i], lengths[i]), 0);
    }
    check(client, "to the client");
    check(accepted, "to the server");
    check(full_client, "answer");
    size_t got = 0;
    memset(bytes, 0, LARGE);
    NEED(fcntl(full_accepted, F_SETFL, 0));
    for (ssize_t n; got < written && (n = recv(full_accepted, bytes + got, LARGE - got, 0)) > 0;)
        got += (size_t)n;
    CHECK("many bytes", got, written);
    guest_check_fill("many bytes", bytes, written, 11);
    CHECK("TCP_NODELAY", value(client, IPPROTO_TCP, TCP_NODELAY), 1);
    CHECK("SO_KEEPALIVE", value(client, SOL_SOCKET, SO_KEEPALIVE), 1);
    CHECK("TCP_KEEPIDLE", value(client, IPPROTO_TCP, TCP_KEEPIDLE), 77);
    CHECK("no SO_KEEPALIVE", value(accepted, SOL_SOCKET, SO_KEEPALIVE), 0);
    CHECK("no SO_REUSEADDR", value(accepted, SOL_SOCKET, SO_REUSEADDR), 0);
    CHECK("linger", value(accepted, SOL_SOCKET, SO_LINGER) & 1, 1);
    CHECK("flags", fcntl(accepted, F_GETFL), O_RDWR | O_NONBLOCK);
    CHECK("send", send(client, "question", 8, 0), 8);
    NEED(fcntl(accepted, F_SETFL, 0));
    CHECK("receive", recv(accepted, bytes, 8, MSG_WAITALL), 8);
    CHECK("send", send(accepted, "answer", 6, 0), 6);
    CHECK("receive", recv(client, bytes, 6, MSG_WAITALL), 6);
    int more = socket(names[0].ss_family, SOCK_STREAM, 0);
    CHECK("connect", connect(more, (struct sockaddr *)&names[1], lengths[1]), 0);
    CHECK("accept", accept(server, NULL, NULL) >= 0, true);
    NEED(fcntl(accepted, F_SETFL, O_NONBLOCK)); // for another verification
}
