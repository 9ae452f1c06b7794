// Datagrams that nobody has read: boundaries, empty ones, senders that are connected, gone, of both families; the sizes of buffers.
// opt-out: beside: two cannot be bound to one port of one network namespace
// opt-out: copy-on-write: it is checkpointed twice while it runs on, and an empty datagram that was peeked at once is not shown again (net/core/datagram.c)
#include "guest.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { LARGE = 60000 };

static int receiver4, receiver6, any4, mapped;
static struct sockaddr_in sender4, gone;
static struct sockaddr_in6 sender6;
static int size, sender;
static char large[LARGE + 1], bytes[LARGE + 1];

static int bound(int family, struct sockaddr *address, socklen_t length)
{
    int made = NEED(socket(family, SOCK_DGRAM, 0));
    NEED(bind(made, address, length));
    NEED(getsockname(made, address, &length));
    return made;
}

static int bound4(struct sockaddr_in *address, in_addr_t ip)
{
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(ip)};
    return bound(AF_INET, (struct sockaddr *)address, sizeof *address);
}

static int bound6(struct sockaddr_in6 *address, struct in6_addr ip)
{
    *address = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = ip};
    return bound(AF_INET6, (struct sockaddr *)address, sizeof *address);
}

static int buffer(int file, int option)
{
    int value = -1;
    socklen_t length = sizeof value;
    getsockopt(file, SOL_SOCKET, option, &value, &length);
    return value;
}

static void send_to(int from, const void *what, size_t length, const void *to, socklen_t size_of_to)
{
    NEED(sendto(from, what, length, 0, to, size_of_to));
}

void setup(void)
{
    struct sockaddr_in to4, to_any;
    struct sockaddr_in6 to6, to_mapped;
    memset(large, 'b', LARGE);

    receiver4 = bound4(&to4, INADDR_LOOPBACK);
    sender = bound4(&sender4, INADDR_LOOPBACK + 5);
    int leaves = bound4(&gone, INADDR_LOOPBACK);
    send_to(sender, "one", 3, &to4, sizeof to4);
    send_to(leaves, "", 0, &to4, sizeof to4);
    send_to(sender, large, LARGE, &to4, sizeof to4);
    close(leaves);
    NEED(connect(receiver4, (struct sockaddr *)&sender4, sizeof sender4)); // what has come before stays

    receiver6 = bound6(&to6, in6addr_loopback);
    int from6 = bound6(&sender6, in6addr_loopback);
    send_to(from6, "six", 3, &to6, sizeof to6);

    any4 = bound4(&to_any, INADDR_ANY);
    to_any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    send_to(sender, "any", 3, &to_any, sizeof to_any);

    mapped = bound6(&to_mapped, in6addr_any);
    struct sockaddr_in plain = to_any;
    plain.sin_port = to_mapped.sin6_port;
    send_to(sender, "mapped", 6, &plain, sizeof plain);
    size = buffer(receiver4, SO_RCVBUF);
}

void sabotage(void)
{
    NEED(recv(receiver4, bytes, 1, 0));
}

static void expect4(int file, size_t length, const struct sockaddr_in *want)
{
    struct sockaddr_in from = {0};
    socklen_t size_of_from = sizeof from;
    CHECK("length", recvfrom(file, bytes, sizeof bytes, MSG_DONTWAIT, (struct sockaddr *)&from, &size_of_from), length);
    CHECK("port", ntohs(from.sin_port), ntohs(want->sin_port));
    CHECK("address", ntohl(from.sin_addr.s_addr), ntohl(want->sin_addr.s_addr));
}

void verify(void)
{
    expect4(receiver4, 3, &sender4);
    CHECK("bytes", memcmp(bytes, "one", 3), 0);
    expect4(receiver4, 0, &gone);
    expect4(receiver4, LARGE, &sender4);
    CHECK("bytes", memcmp(bytes, large, LARGE), 0);
    CHECK_ERRNO("empty", recv(receiver4, bytes, 1, MSG_DONTWAIT), EAGAIN);
    CHECK("SO_RCVBUF", buffer(receiver4, SO_RCVBUF), size);
    CHECK("SO_BUF_LOCK", buffer(receiver4, 72), 0);
    expect4(any4, 3, &sender4);

    struct sockaddr_in6 from = {0};
    socklen_t length = sizeof from;
    CHECK("length", recvfrom(receiver6, bytes, 16, MSG_DONTWAIT, (struct sockaddr *)&from, &length), 3);
    CHECK("port", ntohs(from.sin6_port), ntohs(sender6.sin6_port));
    CHECK("address", memcmp(&from.sin6_addr, &in6addr_loopback, 16), 0);
    length = sizeof from;
    CHECK("length", recvfrom(mapped, bytes, 16, MSG_DONTWAIT, (struct sockaddr *)&from, &length), 6);
    CHECK("port", ntohs(from.sin6_port), ntohs(sender4.sin_port));
    CHECK("mapped", IN6_IS_ADDR_V4MAPPED(&from.sin6_addr), 1);
    CHECK("later", send(receiver4, "back", 4, 0), 4);
    CHECK("later", recv(sender, bytes, 16, 0), 4);
}
