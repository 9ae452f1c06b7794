// A classic BPF program chooses among the sockets of one port (SO_ATTACH_REUSEPORT_CBPF).
// opt-out: beside: two programs would share one port
#include "guest.h"
#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { MESSAGES = 16 };

static int sockets[3];
static struct sockaddr_in address;

void setup(void)
{
    socklen_t length = sizeof address;
    int on = 1;
    address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int i = 0; i < 3; i++) {
        sockets[i] = NEED(socket(AF_INET, SOCK_DGRAM, 0));
        NEED(setsockopt(sockets[i], SOL_SOCKET, SO_REUSEPORT, &on, sizeof on));
        NEED(bind(sockets[i], (struct sockaddr *)&address, length));
        NEED(getsockname(sockets[i], (struct sockaddr *)&address, &length));
    }
    struct sock_filter always_last[] = {BPF_STMT(BPF_RET | BPF_K, 2)};
    struct sock_fprog program = {.len = 1, .filter = always_last};
    NEED(setsockopt(sockets[0], SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program));
}

void sabotage(void)
{
    NEED(setsockopt(sockets[0], SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &(int){0}, sizeof(int)));
}

void verify(void)
{
    char byte;
    for (int i = 0; i < MESSAGES; i++) {
        int from = socket(AF_INET, SOCK_DGRAM, 0);
        CHECK("send", sendto(from, "x", 1, 0, (struct sockaddr *)&address, sizeof address), 1);
        close(from);
    }
    for (int i = 0; i < 3; i++) {
        int got = 0;
        while (recv(sockets[i], &byte, 1, MSG_DONTWAIT) == 1)
            got++;
        CHECK("messages", got, i == 2 ? MESSAGES : 0);
    }
}
