// Sockets that talk to the kernel: netlink with groups and a number, packet sockets (of the old kind and in a fanout group, too), raw IP;
// filters of classic BPF.
// opt-out: beside: a netlink number can be bound once
#include "guest.h"
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>

static int route, hearing, packet, raw, filtered, old, shared[2], fanout;
static struct sockaddr_nl name;
// Lets packets pass whose first byte is 'y'.
static struct sock_filter code[] = {{0x30, 0, 0, 8}, {0x15, 0, 1, 'y'}, {6, 0, 0, 0xffff}, {6, 0, 0, 0}};

void setup(void)
{
    if (geteuid() != 0)
        guest_skip("needs root");
    socklen_t length = sizeof name;
    int one = 1, group = 5;
    route = NEED(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    struct sockaddr_nl any = {.nl_family = AF_NETLINK};
    NEED(bind(route, (struct sockaddr *)&any, sizeof any));
    NEED(getsockname(route, (struct sockaddr *)&name, &length));
    NEED(setsockopt(route, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof one));
    hearing = NEED(socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_ROUTE));
    NEED(setsockopt(hearing, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group));
    group = 33;
    NEED(setsockopt(hearing, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group));
    packet = NEED(socket(AF_PACKET, SOCK_RAW, 0));
    struct sockaddr_ll link = {.sll_family = AF_PACKET, .sll_protocol = htons(0x4711), .sll_ifindex = (int)if_nametoindex("lo")};
    NEED(bind(packet, (struct sockaddr *)&link, sizeof link));
    struct packet_mreq member = {.mr_ifindex = link.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
    NEED(setsockopt(packet, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &member, sizeof member));
    NEED(setsockopt(packet, SOL_PACKET, PACKET_AUXDATA, &one, sizeof one));
    old = NEED(socket(AF_PACKET, SOCK_PACKET, htons(0x4712)));
    fanout = (getpid() & 0xffff) | PACKET_FANOUT_LB << 16 | PACKET_FANOUT_FLAG_ROLLOVER << 16;
    for (int i = 0; i < 2; i++) {
        shared[i] = NEED(socket(AF_PACKET, SOCK_DGRAM, htons(0x4713)));
        NEED(setsockopt(shared[i], SOL_PACKET, PACKET_FANOUT, &fanout, sizeof fanout));
    }
    raw = NEED(socket(AF_INET, SOCK_RAW, 253));
    NEED(setsockopt(raw, IPPROTO_IP, IP_HDRINCL, &one, sizeof one));
    filtered = NEED(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    struct sock_fprog program = {.len = 4, .filter = code};
    NEED(setsockopt(filtered, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
    NEED(setsockopt(filtered, SOL_SOCKET, SO_LOCK_FILTER, &one, sizeof one));
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    NEED(bind(filtered, (struct sockaddr *)&v4, sizeof v4));
}

void sabotage(void)
{
    int group = 33;
    NEED(setsockopt(hearing, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &group, sizeof group));
}

static int value(int fd, int level, int option)
{
    int value = -1;
    socklen_t length = sizeof value;
    CHECK("getsockopt", getsockopt(fd, level, option, &value, &length), 0);
    return value;
}

void verify(void)
{
    struct sockaddr_nl now = {0};
    socklen_t length = sizeof now;
    CHECK("getsockname", getsockname(route, (struct sockaddr *)&now, &length), 0);
    CHECK("number", now.nl_pid, name.nl_pid);
    CHECK("NETLINK_EXT_ACK", value(route, SOL_NETLINK, NETLINK_EXT_ACK), 1);
    uint32_t groups[4] = {0};
    length = sizeof groups;
    CHECK("groups", getsockopt(hearing, SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, groups, &length), 0);
    CHECK("groups", groups[0], 1 << 4);
    CHECK("groups", groups[1], 1);
    struct { struct nlmsghdr head; struct rtgenmsg body; } ask = {{sizeof ask, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0}, {AF_UNSPEC}};
    char answer[8192];
    CHECK("ask", send(route, &ask, sizeof ask, 0), sizeof ask);
    CHECK("answer", recv(route, answer, sizeof answer, 0) > 0, true);
    struct sockaddr_ll link = {0};
    length = sizeof link;
    CHECK("getsockname", getsockname(packet, (struct sockaddr *)&link, &length), 0);
    CHECK("device", link.sll_ifindex, if_nametoindex("lo"));
    CHECK("protocol", ntohs(link.sll_protocol), 0x4711);
    CHECK("PACKET_AUXDATA", value(packet, SOL_PACKET, PACKET_AUXDATA), 1);
    struct packet_mreq member = {.mr_ifindex = link.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
    CHECK("joined", setsockopt(packet, SOL_PACKET, PACKET_DROP_MEMBERSHIP, &member, sizeof member), 0);
    NEED(setsockopt(packet, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &member, sizeof member));
    CHECK("old kind", value(old, SOL_SOCKET, SO_TYPE), SOCK_PACKET);
    for (int i = 0; i < 2; i++)
        CHECK("PACKET_FANOUT", value(shared[i], SOL_PACKET, PACKET_FANOUT), fanout);
    CHECK("protocol", value(raw, SOL_SOCKET, SO_PROTOCOL), 253);
    CHECK("IP_HDRINCL", value(raw, IPPROTO_IP, IP_HDRINCL), 1);
    struct sock_filter found[8];
    length = 8;
    CHECK("filter", getsockopt(filtered, SOL_SOCKET, SO_GET_FILTER, found, &length), 0);
    CHECK("filter", length, 4);
    CHECK("filter", memcmp(found, code, sizeof code), 0);
    CHECK("locked", value(filtered, SOL_SOCKET, SO_LOCK_FILTER), 1);
    struct sockaddr_in address;
    length = sizeof address;
    CHECK("getsockname", getsockname(filtered, (struct sockaddr *)&address, &length), 0);
    int sender = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK("send", sendto(sender, "no", 2, 0, (struct sockaddr *)&address, length), 2);
    CHECK("send", sendto(sender, "yes", 3, 0, (struct sockaddr *)&address, length), 3);
    CHECK("filtered", recv(filtered, answer, 8, 0), 3);
    CHECK_ERRNO("filtered", recv(filtered, answer, 8, 0), EAGAIN);
}
