// Classic BPF filters of UNIX sockets and of a TCP connection, locked ones, with messages from before the filter in the queue.
// opt-out: beside: one connection can be there once in a network namespace
#include "guest.h"
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>

static int datagrams[2], stream[2], listener, client, accepted;

static void attach(int fd, unsigned bytes)
{
    struct sock_filter code[] = {{BPF_RET | BPF_K, 0, 0, bytes}};
    struct sock_fprog program = {1, code};
    NEED(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
}

static void lock(int fd)
{
    NEED(setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &(int){1}, sizeof(int)));
}

void setup(void)
{
    NEED(socketpair(AF_UNIX, SOCK_DGRAM, 0, datagrams));
    NEED(send(datagrams[1], "before", 6, 0));
    attach(datagrams[0], 2);
    lock(datagrams[0]);
    NEED(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, stream));
    attach(stream[0], 3);
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof name;
    listener = NEED(socket(AF_INET, SOCK_STREAM, 0));
    NEED(bind(listener, (struct sockaddr *)&name, length));
    NEED(listen(listener, 1));
    NEED(getsockname(listener, (struct sockaddr *)&name, &length));
    client = NEED(socket(AF_INET, SOCK_STREAM, 0));
    NEED(connect(client, (struct sockaddr *)&name, length));
    accepted = NEED(accept(listener, NULL, NULL));
    NEED(send(client, "queued", 6, 0));
    attach(accepted, 0xffffffff);
    lock(accepted);
}

void sabotage(void)
{
    NEED(setsockopt(stream[0], SOL_SOCKET, SO_DETACH_FILTER, &(int){0}, sizeof(int)));
}

static long entries(int fd)
{
    socklen_t count = 0;
    return getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &count) == 0 ? (long)count : -1;
}

void verify(void)
{
    char bytes[16];
    CHECK("from before the filter", recv(datagrams[0], bytes, sizeof bytes, MSG_DONTWAIT), 6);
    NEED(send(datagrams[1], "after", 5, 0));
    CHECK("cut by the filter", recv(datagrams[0], bytes, sizeof bytes, MSG_DONTWAIT), 2);
    CHECK("locked", setsockopt(datagrams[0], SOL_SOCKET, SO_DETACH_FILTER, &(int){0}, sizeof(int)), -1);
    NEED(send(stream[1], "after", 5, 0));
    CHECK("cut by the other", recv(stream[0], bytes, sizeof bytes, MSG_DONTWAIT), 3);
    CHECK("entries of the connection's", entries(accepted), 1);
    CHECK("locked, too", setsockopt(accepted, SOL_SOCKET, SO_DETACH_FILTER, &(int){0}, sizeof(int)), -1);
    CHECK("from before", recv(accepted, bytes, sizeof bytes, MSG_DONTWAIT), 6);
    NEED(send(client, "more", 4, 0));
    CHECK("from after", recv(accepted, bytes, sizeof bytes, 0), 4);
}
