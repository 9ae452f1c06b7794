// Sockets whose addresses have no ports: ICMP ("ping") bound to an identifier or connected, raw IP ones connected.
// needs: root
// opt-out: beside: an identifier can be bound once
#include "guest.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>

enum { PROTOCOL = 200 };

static int bound, connected, raw, raw6, hearing, identifier;
static const struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = 0x0100007f};
static const struct sockaddr_in6 here6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};

// Systems that are not run by systemd keep these sockets from everybody.
static void allow(void)
{
    int fd = NEED(open("/proc/sys/net/ipv4/ping_group_range", O_WRONLY));
    if (write(fd, "0 2147483647", 12) != 12)
        guest_skip("no ICMP sockets");
    close(fd);
}

void setup(void)
{
    allow();
    // Others of its kind run beside it: each has names of its own.
    identifier = 1 + getpid() % 65535;
    struct sockaddr_in name = here, own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000000 | (getpid() & 0xffffff))};
    name.sin_port = htons((uint16_t)identifier);
    bound = NEED(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP));
    NEED(bind(bound, (struct sockaddr *)&name, sizeof name));
    connected = NEED(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP));
    NEED(connect(connected, (struct sockaddr *)&here, sizeof here));
    raw = NEED(socket(AF_INET, SOCK_RAW, PROTOCOL));
    NEED(bind(raw, (struct sockaddr *)&own, sizeof own));
    NEED(connect(raw, (struct sockaddr *)&own, sizeof own));
    raw6 = NEED(socket(AF_INET6, SOCK_RAW, PROTOCOL));
    struct sock_filter nothing[] = {{6, 0, 0, 0}};
    struct sock_fprog program = {.len = 1, .filter = nothing};
    NEED(setsockopt(raw6, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
    NEED(connect(raw6, (struct sockaddr *)&here6, sizeof here6));
    hearing = NEED(socket(AF_INET, SOCK_RAW, PROTOCOL + 1));
}

void sabotage(void)
{
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    NEED(connect(raw6, &nobody, sizeof nobody));
}

static void echo(int fd, const struct sockaddr_in *to, int wanted)
{
    struct { struct icmphdr head; char text[4]; } ask = {{.type = ICMP_ECHO}, "abc"}, answer = {0};
    struct timeval patience = {.tv_sec = 5};
    NEED(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience));
    CHECK("ask", sendto(fd, &ask, sizeof ask, 0, (const struct sockaddr *)to, to ? sizeof *to : 0), sizeof ask);
    CHECK("answer", recv(fd, &answer, sizeof answer, 0), sizeof answer);
    CHECK_STRING("text", answer.text, "abc");
    if (wanted)
        CHECK("identifier", ntohs(answer.head.un.echo.id), wanted);
    patience.tv_sec = 0;
    NEED(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience));
}

void verify(void)
{
    char packet[64];
    echo(bound, &here, identifier);
    echo(connected, NULL, 0);
    CHECK("raw", send(raw, "x", 1, 0), 1);
    CHECK("it hears itself", recv(raw, packet, sizeof packet, MSG_DONTWAIT), 21);
    CHECK("raw, version 6", send(raw6, "y", 1, 0), 1);
    CHECK("not connected", send(hearing, "z", 1, 0), -1);
}
