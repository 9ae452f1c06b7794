// Urgent bytes (MSG_OOB) in the queues of TCP connections, before and behind others, and received among them (SO_OOBINLINE).
// opt-out: beside: two cannot have one connection
#include "guest.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#ifndef SIOCATMARK
#define SIOCATMARK 0x8905
#endif

enum { LARGE = 100000 };

static int between[2], first[2], within[2];
static char large[LARGE], bytes[LARGE + 1];

static void connect_both(int ends[2], bool in_line)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int on = in_line;
    int listening = NEED(socket(AF_INET, SOCK_STREAM, 0));
    NEED(bind(listening, (struct sockaddr *)&address, length));
    NEED(listen(listening, 1));
    NEED(getsockname(listening, (struct sockaddr *)&address, &length));
    ends[0] = NEED(socket(AF_INET, SOCK_STREAM, 0));
    NEED(connect(ends[0], (struct sockaddr *)&address, length));
    ends[1] = NEED(accept(listening, NULL, NULL));
    NEED(setsockopt(ends[1], SOL_SOCKET, SO_OOBINLINE, &on, sizeof on));
    close(listening);
}

void setup(void)
{
    memset(large, 'l', LARGE);
    connect_both(between, false);
    connect_both(first, false);
    connect_both(within, true);
    NEED(send(between[0], "abc", 3, 0));
    NEED(send(between[0], "!", 1, MSG_OOB));
    if (NEED(send(between[0], large, LARGE, MSG_DONTWAIT)) != LARGE)
        guest_die("setup: no room");
    NEED(send(first[0], "1", 1, MSG_OOB));
    NEED(send(within[0], "in", 2, 0));
    NEED(send(within[0], "2", 1, MSG_OOB));
    NEED(send(within[0], "line", 4, 0));
    usleep(50000);
}

void sabotage(void)
{
    NEED(recv(between[1], bytes, 1, MSG_OOB));
}

static void expect(const char *what, int from, const char *want)
{
    memset(bytes, 0, 16);
    CHECK(what, recv(from, bytes, 15, 0), strlen(want));
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
    CHECK("urgent", recv(between[1], &byte, 1, MSG_OOB), 1);
    CHECK("urgent", byte, '!');
    CHECK("not yet", is_at_mark(between[1]), 0);
    expect("before", between[1], "abc");
    CHECK("mark", is_at_mark(between[1]), 1);
    CHECK("behind", recv(between[1], bytes, LARGE, MSG_WAITALL), LARGE);
    CHECK("behind", memcmp(bytes, large, LARGE), 0);
    CHECK("first", recv(first[1], &byte, 1, MSG_OOB), 1);
    CHECK("first", byte, '1');
    expect("in line", within[1], "in");
    expect("in line", within[1], "2line");
    CHECK("on", send(between[0], "on", 2, 0), 2);
    expect("on", between[1], "on");
}
