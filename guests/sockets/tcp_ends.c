// TCP connections on their way to the end: shut down on one side, on both, by a peer that has gone.
// opt-out: beside: one connection can be there once in a network namespace
// opt-out: executable: the addresses of what has ended are in use for a minute (TIME_WAIT), and only a tool can end that
#include "guest.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

static int server, half[2], both[2], gone, deaf[2], waiting;

static void connection(int *ends)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    NEED(getsockname(server, (struct sockaddr *)&address, &length));
    ends[0] = NEED(socket(AF_INET, SOCK_STREAM, 0));
    NEED(connect(ends[0], (struct sockaddr *)&address, length));
    ends[1] = NEED(accept(server, NULL, NULL));
}

void setup(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    server = NEED(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    NEED(bind(server, (struct sockaddr *)&address, sizeof address));
    NEED(listen(server, 5));
    NEED(getsockname(server, (struct sockaddr *)&address, &length));
    connection(half);
    NEED(send(half[0], "last", 4, 0));
    NEED(shutdown(half[0], SHUT_WR));
    connection(both);
    NEED(send(both[0], "last", 4, 0));
    NEED(shutdown(both[0], SHUT_WR));
    NEED(shutdown(both[1], SHUT_WR));
    connection(deaf);
    NEED(shutdown(deaf[0], SHUT_RD));
    int ends[2];
    connection(ends);
    NEED(send(ends[1], "farewell", 8, 0));
    NEED(close(ends[1]));
    gone = ends[0];
    waiting = NEED(socket(AF_INET, SOCK_STREAM, 0));
    NEED(connect(waiting, (struct sockaddr *)&address, length));
    usleep(50000);
}

void sabotage(void)
{
    NEED(shutdown(half[1], SHUT_WR));
}

static int events(int fd)
{
    struct pollfd poll_of = {.fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP};
    CHECK("poll", poll(&poll_of, 1, 0) >= 0, true);
    return poll_of.revents;
}

static int state(int fd)
{
    struct tcp_info info = {0};
    socklen_t length = sizeof info;
    CHECK("TCP_INFO", getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
    return info.tcpi_state;
}

void verify(void)
{
    char bytes[16] = "";
    for (int i = 0; i < 200 && state(half[0]) == TCP_FIN_WAIT1; i++)
        usleep(10000); // the other end may take its time to acknowledge
    CHECK("state", state(half[0]), TCP_FIN_WAIT2);
    CHECK("state", state(half[1]), TCP_CLOSE_WAIT);
    CHECK("last", recv(half[1], bytes, 16, 0), 4);
    CHECK("end", recv(half[1], bytes, 16, 0), 0);
    CHECK("other way", send(half[1], "back", 4, 0), 4);
    CHECK("other way", recv(half[0], bytes, 4, MSG_WAITALL), 4);
    CHECK_ERRNO("shut", send(half[0], "x", 1, MSG_NOSIGNAL), EPIPE);
    CHECK("state", state(both[0]), TCP_CLOSE);
    CHECK("state", state(both[1]), TCP_CLOSE);
    CHECK("events", events(both[0]), POLLIN | POLLOUT | POLLHUP | POLLRDHUP);
    CHECK("last", recv(both[1], bytes, 16, 0), 4);
    CHECK("end", recv(both[1], bytes, 16, 0), 0);
    CHECK("end", recv(both[0], bytes, 16, 0), 0);
    CHECK_ERRNO("shut", send(both[1], "x", 1, MSG_NOSIGNAL), EPIPE);
    CHECK("state", state(deaf[0]), TCP_ESTABLISHED);
    CHECK("deaf", events(deaf[0]), POLLIN | POLLOUT | POLLRDHUP);
    CHECK("end", recv(deaf[0], bytes, 16, 0), 0);
    CHECK("state", state(gone), TCP_CLOSE_WAIT);
    CHECK("farewell", recv(gone, bytes, 16, 0), 8);
    CHECK("end", recv(gone, bytes, 16, 0), 0);
    CHECK("nobody there", send(gone, "x", 1, MSG_NOSIGNAL), 1);
    usleep(20000);
    CHECK_ERRNO("nobody there", send(gone, "x", 1, MSG_NOSIGNAL), EPIPE);
    int accepted = accept(server, NULL, NULL);
    CHECK("accepted", accepted >= 0, true);
    CHECK("send", send(waiting, "hello", 5, MSG_NOSIGNAL), 5);
    CHECK("receive", recv(accepted, bytes, 5, MSG_WAITALL), 5);
    CHECK_ERRNO("no more", accept(server, NULL, NULL), EAGAIN);
}
