// Urgent bytes (MSG_OOB) in the queues of UNIX sockets, before and behind others, and received among them (SO_OOBINLINE).
#include "guest.h"
#include <sys/ioctl.h>
#include <sys/socket.h>

#ifndef SIOCATMARK
#define SIOCATMARK 0x8905
#endif

static int between[2], first[2], within[2];

static void send_all(int to, const char *before, const char *urgent, const char *behind)
{
    if (*before)
        NEED(send(to, before, strlen(before), 0));
    NEED(send(to, urgent, 1, MSG_OOB));
    if (*behind)
        NEED(send(to, behind, strlen(behind), 0));
}

void setup(void)
{
    int on = 1, tried[2];
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, tried));
    if (send(tried[0], "?", 1, MSG_OOB) != 1)
        guest_skip("no urgent data in UNIX sockets (CONFIG_AF_UNIX_OOB)");
    close(tried[0]);
    close(tried[1]);
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, between));
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, first));
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, within));
    NEED(setsockopt(within[1], SOL_SOCKET, SO_OOBINLINE, &on, sizeof on));
    send_all(between[0], "abc", "!", "def");
    send_all(first[0], "", "1", "");
    send_all(within[0], "in", "2", "line");
}

void sabotage(void)
{
    char byte;
    NEED(recv(between[1], &byte, 1, MSG_OOB));
}

static void expect(const char *what, int from, const char *want)
{
    char bytes[16] = "";
    CHECK(what, recv(from, bytes, sizeof bytes - 1, MSG_DONTWAIT), strlen(want));
    CHECK_STRING(what, bytes, want);
}

static int is_at_mark(int file)
{
    int mark = -1;
    CHECK("SIOCATMARK", ioctl(file, SIOCATMARK, &mark), 0);
    return mark;
}

void verify(void)
{
    char byte = 0;
    CHECK("urgent", recv(between[1], &byte, 1, MSG_OOB | MSG_DONTWAIT), 1);
    CHECK("urgent", byte, '!');
    CHECK("not yet", is_at_mark(between[1]), 0);
    expect("before", between[1], "abc");
    CHECK("mark", is_at_mark(between[1]), 1);
    expect("behind", between[1], "def");
    CHECK("first", recv(first[1], &byte, 1, MSG_OOB | MSG_DONTWAIT), 1);
    CHECK("first", byte, '1');
    expect("in line", within[1], "in");
    expect("in line", within[1], "2line");
    CHECK("on", send(between[0], "on", 2, 0), 2);
    expect("on", between[1], "on");
}
