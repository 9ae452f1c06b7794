// Sockets whose ends are in several processes: a UNIX pair, an accepted connection, TCP, an open file on its way to a child, credentials.
// opt-out: beside: one connection can be there once in a network namespace
// opt-out: executable: an executable holds one process
#include "guest.h"
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { READ_PAIR, WRITE_PAIR, READ_TCP, WRITE_TCP, TAKE_FILE, PEER, READ_NAMED };
static int pair[2], tcp[2], sent[2], named[2];
static struct guest_child child;

static long read_text(int fd, const char *want)
{
    char text[32] = "";
    ssize_t n = recv(fd, text, sizeof text - 1, 0);
    return n == (ssize_t)strlen(want) && strcmp(text, want) == 0;
}

static long take_file(void)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    char byte, text[8] = "";
    int fd = -1;
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (recvmsg(sent[1], &message, MSG_DONTWAIT) != 1 || control.align.cmsg_type != SCM_RIGHTS)
        return -1;
    memcpy(&fd, CMSG_DATA(&control.align), sizeof fd);
    return read(fd, text, sizeof text - 1) == 4 && strcmp(text, "pipe") == 0;
}

static long answer(int question)
{
    struct ucred peer = {0};
    socklen_t length = sizeof peer;
    switch (question) {
    case READ_PAIR:
        return read_text(pair[1], "to the child");
    case WRITE_PAIR:
        return send(pair[1], "from the child", 14, MSG_NOSIGNAL);
    case READ_TCP:
        return read_text(tcp[1], "over TCP");
    case WRITE_TCP:
        return send(tcp[1], "TCP, too", 8, MSG_NOSIGNAL);
    case READ_NAMED:
        return read_text(named[1], "by name");
    case PEER:
        return getsockopt(pair[1], SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 ? peer.pid : -1;
    default:
        return take_file();
    }
}

static void childs_ends(void)
{
    NEED(close(pair[0]) | close(tcp[0]) | close(sent[0]) | close(named[0]));
}

static void make_connections(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    socklen_t length = sizeof address;
    int server = NEED(socket(AF_INET, SOCK_STREAM, 0));
    NEED(bind(server, (struct sockaddr *)&address, sizeof address));
    NEED(listen(server, 1));
    NEED(getsockname(server, (struct sockaddr *)&address, &length));
    tcp[0] = NEED(socket(AF_INET, SOCK_STREAM, 0));
    NEED(connect(tcp[0], (struct sockaddr *)&address, length));
    tcp[1] = NEED(accept(server, NULL, NULL));
    sprintf(name.sun_path, "%.90s", guest_path("name"));
    int named_server = NEED(socket(AF_UNIX, SOCK_STREAM, 0));
    NEED(bind(named_server, (struct sockaddr *)&name, sizeof name));
    NEED(listen(named_server, 1));
    named[0] = NEED(socket(AF_UNIX, SOCK_STREAM, 0));
    NEED(connect(named[0], (struct sockaddr *)&name, sizeof name));
    named[1] = NEED(accept(named_server, NULL, NULL));
}

void setup(void)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    int pipes[2];
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    NEED(socketpair(AF_UNIX, SOCK_DGRAM, 0, sent));
    make_connections();
    guest_start_child(&child, childs_ends, answer);
    NEED(close(pair[1]) | close(tcp[1]) | close(sent[1]) | close(named[1]));
    NEED(send(pair[0], "to the child", 12, 0));
    NEED(send(tcp[0], "over TCP", 8, 0));
    NEED(send(named[0], "by name", 7, 0));
    NEED(pipe(pipes));
    NEED(write(pipes[1], "pipe", 4));
    struct iovec data = {"x", 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    control.align = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.align), &pipes[0], sizeof(int));
    NEED(sendmsg(sent[0], &message, 0));
    NEED(close(pipes[0]) | close(pipes[1]));
    usleep(50000); // until nothing is on its way
}

void sabotage(void)
{
    NEED(shutdown(pair[0], SHUT_WR));
    guest_ask(&child, READ_PAIR);
}

void verify(void)
{
    CHECK("pair", guest_ask(&child, READ_PAIR), 1);
    CHECK("pair, back", guest_ask(&child, WRITE_PAIR), 14);
    CHECK("pair, back", read_text(pair[0], "from the child"), 1);
    CHECK("TCP", guest_ask(&child, READ_TCP), 1);
    CHECK("TCP, back", guest_ask(&child, WRITE_TCP), 8);
    CHECK("TCP, back", read_text(tcp[0], "TCP, too"), 1);
    CHECK("by name", guest_ask(&child, READ_NAMED), 1);
    CHECK("file on its way", guest_ask(&child, TAKE_FILE), 1);
    CHECK("SO_PEERCRED", guest_ask(&child, PEER), getpid());
    CHECK("status", guest_end_child(&child, 3), 3 << 8);
}
