// Connections that nobody has accepted yet, in their order.
// guest: path
// guest: abstract
// opt-out: beside: an abstract name can be bound once in a network namespace
#include "guest.h"
#include <sys/socket.h>
#include <sys/un.h>

static int server, clients[3];
static struct sockaddr_un name;
static socklen_t length;

void setup(void)
{
    bool abstract = guest_arg(0, "path")[0] == 'a';
    name.sun_family = AF_UNIX;
    if (abstract)
        sprintf(name.sun_path + 1, "guest-%d", getpid());
    else
        sprintf(name.sun_path, "%.90s", guest_path("server"));
    length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (abstract ? 1 + strlen(name.sun_path + 1) : strlen(name.sun_path) + 1));
    server = NEED(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    NEED(bind(server, (struct sockaddr *)&name, length));
    NEED(listen(server, 5));
    for (int i = 0; i < 3; i++) {
        clients[i] = NEED(socket(AF_UNIX, SOCK_STREAM, 0));
        NEED(connect(clients[i], (struct sockaddr *)&name, length));
    }
}

void sabotage(void)
{
    NEED(close(accept(server, NULL, NULL)));
}

void verify(void)
{
    int accepted[3];
    for (int i = 0; i < 3; i++) {
        char byte = 0, want = (char)('a' + i);
        accepted[i] = accept(server, NULL, NULL);
        CHECK("accepted", accepted[i] >= 0, true);
        CHECK("send", send(clients[i], &want, 1, MSG_NOSIGNAL), 1);
        CHECK("receive", recv(accepted[i], &byte, 1, MSG_DONTWAIT), 1);
        CHECK("in order", byte, want);
    }
    CHECK_ERRNO("no more", accept(server, NULL, NULL), EAGAIN);
    int more = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK("connect", connect(more, (struct sockaddr *)&name, length), 0);
    int last = accept(server, NULL, NULL);
    CHECK("accepted", last >= 0, true);
}
