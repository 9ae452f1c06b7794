// Connected UDP and UDP-Lite sockets, v4, v6 and v4 in v6; shut down ones; multicast groups.
// opt-out: beside: two cannot be bound to one port of one network namespace
#include "guest.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { KINDS = 4 };
static int one[KINDS], other[KINDS], mute, member, member6;
static struct sockaddr_storage names[KINDS];
static socklen_t lengths[KINDS];

static int bound(int domain, int protocol, const char *ip)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    int fd = socket(domain, SOCK_DGRAM, protocol);
    if (fd < 0 && protocol == IPPROTO_UDPLITE)
        guest_skip("no UDP-Lite");
    NEED(inet_pton(domain, ip, domain == AF_INET ? (void *)&v4.sin_addr : (void *)&v6.sin6_addr));
    NEED(domain == AF_INET ? bind(fd, (struct sockaddr *)&v4, sizeof v4) : bind(fd, (struct sockaddr *)&v6, sizeof v6));
    return fd;
}

void setup(void)
{
    static const struct { int domain, protocol; const char *ip; } KIND[KINDS] = {
        {AF_INET, 0, "127.0.0.1"}, {AF_INET6, 0, "::1"}, {AF_INET6, 0, "::ffff:127.0.0.1"}, {AF_INET, IPPROTO_UDPLITE, "127.0.0.1"},
    };
    for (int i = 0; i < KINDS; i++) {
        one[i] = bound(KIND[i].domain, KIND[i].protocol, KIND[i].ip);
        other[i] = bound(KIND[i].domain, KIND[i].protocol, KIND[i].ip);
        lengths[i] = sizeof names[i];
        NEED(getsockname(other[i], (struct sockaddr *)&names[i], &lengths[i]));
        NEED(connect(one[i], (struct sockaddr *)&names[i], lengths[i]));
    }
    mute = bound(AF_INET, 0, "127.0.0.1");
    NEED(connect(mute, (struct sockaddr *)&names[0], lengths[0]));
    NEED(shutdown(mute, SHUT_WR));
    member = bound(AF_INET, 0, "0.0.0.0");
    struct ip_mreqn group = {.imr_ifindex = (int)if_nametoindex("lo")};
    NEED(inet_pton(AF_INET, "239.1.2.3", &group.imr_multiaddr));
    NEED(setsockopt(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group));
    member6 = bound(AF_INET6, 0, "::");
    struct ipv6_mreq group6 = {.ipv6mr_interface = if_nametoindex("lo")};
    NEED(inet_pton(AF_INET6, "ff11::4711", &group6.ipv6mr_multiaddr));
    NEED(setsockopt(member6, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group6, sizeof group6));
}

void sabotage(void)
{
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    NEED(connect(one[1], &nobody, sizeof nobody));
}

void verify(void)
{
    char bytes[16] = "";
    for (int i = 0; i < KINDS; i++) {
        struct sockaddr_storage now = {0};
        socklen_t length = sizeof now;
        CHECK("getpeername", getpeername(one[i], (struct sockaddr *)&now, &length), 0);
        CHECK("peer", memcmp(&now, &names[i], lengths[i]), 0);
        CHECK("send", send(one[i], "hello", 5, 0), 5);
        length = sizeof now;
        CHECK("receive", recvfrom(other[i], bytes, 16, 0, (struct sockaddr *)&now, &length), 5);
        CHECK("answer", sendto(other[i], "back", 4, 0, (struct sockaddr *)&now, length), 4);
        CHECK("receive", recv(one[i], bytes, 16, 0), 4);
    }
    CHECK_ERRNO("mute", send(mute, "x", 1, MSG_NOSIGNAL), EPIPE);
    struct ip_mreqn group = {.imr_ifindex = (int)if_nametoindex("lo")};
    inet_pton(AF_INET, "239.1.2.3", &group.imr_multiaddr);
    CHECK_ERRNO("joined", setsockopt(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group), EADDRINUSE);
    inet_pton(AF_INET, "239.1.2.4", &group.imr_multiaddr);
    CHECK_ERRNO("not joined", setsockopt(member, IPPROTO_IP, IP_DROP_MEMBERSHIP, &group, sizeof group), EADDRNOTAVAIL);
    struct ipv6_mreq group6 = {.ipv6mr_interface = if_nametoindex("lo")};
    inet_pton(AF_INET6, "ff11::4711", &group6.ipv6mr_multiaddr);
    CHECK_ERRNO("joined", setsockopt(member6, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group6, sizeof group6), EADDRINUSE);
}
