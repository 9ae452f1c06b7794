// Unconnected UDP sockets: bound v4 and v6, unbound, with options; they send and receive afterwards.
// opt-out: beside: two cannot be bound to one port of one network namespace
#include "guest.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static int bound4, bound6, unbound;
static struct sockaddr_in address4;
static struct sockaddr_in6 address6;

static void set(int fd, int level, int option, int value)
{
    NEED(setsockopt(fd, level, option, &value, sizeof value));
}

static int get(int fd, int level, int option)
{
    int value = -1;
    socklen_t length = sizeof value;
    CHECK("getsockopt", getsockopt(fd, level, option, &value, &length), 0);
    return value;
}

void setup(void)
{
    socklen_t length = sizeof address4;
    bound4 = NEED(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    address4 = (struct sockaddr_in){.sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    set(bound4, SOL_SOCKET, SO_BROADCAST, 1);
    set(bound4, IPPROTO_IP, IP_TTL, 33);
    set(bound4, IPPROTO_IP, IP_TOS, 0x10);
    set(bound4, IPPROTO_IP, IP_PKTINFO, 1);
    set(bound4, SOL_SOCKET, SO_TIMESTAMP, 1);
    NEED(bind(bound4, (struct sockaddr *)&address4, length));
    NEED(getsockname(bound4, (struct sockaddr *)&address4, &length));
    bound6 = NEED(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    address6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    set(bound6, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    set(bound6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 12);
    length = sizeof address6;
    NEED(bind(bound6, (struct sockaddr *)&address6, length));
    NEED(getsockname(bound6, (struct sockaddr *)&address6, &length));
    unbound = NEED(socket(AF_INET, SOCK_DGRAM, 0));
    struct timeval timeout = {.tv_sec = 7};
    NEED(setsockopt(unbound, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout));
}

void sabotage(void)
{
    set(bound4, SOL_SOCKET, SO_BROADCAST, 0);
}

void verify(void)
{
    char bytes[64] = "";
    struct sockaddr_in from = {0}, now = {0};
    socklen_t length = sizeof now;
    CHECK("getsockname", getsockname(bound4, (struct sockaddr *)&now, &length), 0);
    CHECK("port", ntohs(now.sin_port), ntohs(address4.sin_port));
    length = sizeof now;
    CHECK("getsockname", getsockname(unbound, (struct sockaddr *)&now, &length), 0);
    CHECK("unbound", now.sin_port, 0);
    CHECK_ERRNO("not connected", getpeername(bound4, (struct sockaddr *)&now, &length), ENOTCONN);
    CHECK("flags", fcntl(bound4, F_GETFL), O_RDWR | O_NONBLOCK);
    CHECK("close-on-exec", fcntl(bound6, F_GETFD), FD_CLOEXEC);
    CHECK("SO_BROADCAST", get(bound4, SOL_SOCKET, SO_BROADCAST), 1);
    CHECK("IP_TTL", get(bound4, IPPROTO_IP, IP_TTL), 33);
    CHECK("IP_TOS", get(bound4, IPPROTO_IP, IP_TOS), 0x10);
    CHECK("IP_PKTINFO", get(bound4, IPPROTO_IP, IP_PKTINFO), 1);
    CHECK("SO_TIMESTAMP", get(bound4, SOL_SOCKET, SO_TIMESTAMP), 1);
    CHECK("IPV6_V6ONLY", get(bound6, IPPROTO_IPV6, IPV6_V6ONLY), 1);
    CHECK("IPV6_UNICAST_HOPS", get(bound6, IPPROTO_IPV6, IPV6_UNICAST_HOPS), 12);
    struct timeval timeout = {0};
    length = sizeof timeout;
    CHECK("getsockopt", getsockopt(unbound, SOL_SOCKET, SO_RCVTIMEO, &timeout, &length), 0);
    CHECK("SO_RCVTIMEO", timeout.tv_sec, 7);
    CHECK_ERRNO("quiet", recv(bound4, bytes, 64, 0), EAGAIN);
    CHECK("send", sendto(unbound, "by v4", 5, 0, (struct sockaddr *)&address4, sizeof address4), 5);
    length = sizeof from;
    CHECK("receive", recvfrom(bound4, bytes, 64, 0, (struct sockaddr *)&from, &length), 5);
    CHECK_STRING("bytes", bytes, "by v4");
    CHECK("answer", sendto(bound4, "back", 4, 0, (struct sockaddr *)&from, length), 4);
    CHECK("receive", recv(unbound, bytes, 64, 0), 4);
    CHECK("send", sendto(bound6, "by v6", 5, 0, (struct sockaddr *)&address6, sizeof address6), 5);
    CHECK("receive", recv(bound6, bytes, 64, MSG_DONTWAIT), 5);
}
