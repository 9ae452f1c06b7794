// Listening UNIX sockets, stream and seqpacket, by path and by abstract name, accept afterwards.
// opt-out: beside: an abstract name can be bound once in a network namespace
#include "guest.h"
#include <sys/socket.h>
#include <sys/un.h>

static const struct kind { int type; bool abstract; } KINDS[] = {
    {SOCK_STREAM, false}, {SOCK_STREAM, true}, {SOCK_SEQPACKET, false}, {SOCK_SEQPACKET, true},
};
static int fds[4];
static struct sockaddr_un addresses[4];
static socklen_t lengths[4];

void setup(void)
{
    for (int i = 0; i < 4; i++) {
        struct sockaddr_un *address = &addresses[i];
        fds[i] = NEED(socket(AF_UNIX, KINDS[i].type | SOCK_NONBLOCK, 0));
        address->sun_family = AF_UNIX;
        char *name = address->sun_path + KINDS[i].abstract;
        int length = KINDS[i].abstract ? sprintf(name, "guest-%d-%d", getpid(), i)
                                       : sprintf(name, "%.90s", guest_path("socket-?"));
        if (!KINDS[i].abstract)
            name[length - 1] = (char)('0' + i), length++;
        lengths[i] = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + KINDS[i].abstract + length);
        NEED(bind(fds[i], (struct sockaddr *)address, lengths[i]));
        NEED(listen(fds[i], 5 + i));
    }
    int one = 1;
    NEED(setsockopt(fds[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof one));
}

void sabotage(void)
{
    NEED(shutdown(fds[3], SHUT_RDWR));
}

void verify(void)
{
    int one = 0;
    socklen_t length = sizeof one;
    CHECK("getsockopt", getsockopt(fds[0], SOL_SOCKET, SO_PASSCRED, &one, &length), 0);
    CHECK("SO_PASSCRED", one, 1);
    for (int i = 0; i < 4; i++) {
        struct sockaddr_un now = {0};
        char bytes[8] = "";
        length = sizeof now;
        CHECK("getsockname", getsockname(fds[i], (struct sockaddr *)&now, &length), 0);
        CHECK("length of the name", length, lengths[i]);
        CHECK("name", memcmp(&now, &addresses[i], lengths[i]), 0);
        CHECK("flags", fcntl(fds[i], F_GETFL), O_RDWR | O_NONBLOCK);
        CHECK_ERRNO("nobody there yet", accept(fds[i], NULL, NULL), EAGAIN);
        int client = socket(AF_UNIX, KINDS[i].type, 0);
        CHECK("connect", connect(client, (struct sockaddr *)&addresses[i], lengths[i]), 0);
        int server = accept(fds[i], NULL, NULL);
        CHECK("write", send(client, "hello", 5, MSG_NOSIGNAL), 5);
        CHECK("read", recv(server, bytes, 8, MSG_DONTWAIT), 5);
        CHECK_STRING("bytes", bytes, "hello");
        close(client), close(server);
    }
}
