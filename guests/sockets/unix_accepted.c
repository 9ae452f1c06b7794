// UNIX connections made by name, in the file system and abstract, from clients with and without a name.
// guest: path stream
// guest: path seqpacket
// guest: abstract stream
// guest: relative stream
// opt-out: beside: an abstract name can be bound once in a network namespace
#include "guest.h"
#include <sys/socket.h>
#include <sys/un.h>

static int type, server, first, second, first_server, second_server;
static struct sockaddr_un name, client_name;
static socklen_t length, client_length;

static socklen_t set_name(struct sockaddr_un *address, const char *text)
{
    const char *kind = guest_arg(0, "path");
    address->sun_family = AF_UNIX;
    if (kind[0] == 'a')
        sprintf(address->sun_path + 1, "guest-%d-%s", getpid(), text);
    else
        sprintf(address->sun_path, "%.90s", kind[0] == 'r' ? text : guest_path(text));
    size_t characters = kind[0] == 'a' ? 1 + strlen(address->sun_path + 1) : strlen(address->sun_path) + 1;
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + characters);
}

void setup(void)
{
    type = guest_arg(1, "stream")[1] == 't' ? SOCK_STREAM : SOCK_SEQPACKET;
    if (guest_arg(0, "path")[0] == 'r')
        guest_enter_dir();
    length = set_name(&name, "server");
    client_length = set_name(&client_name, "client");
    server = NEED(socket(AF_UNIX, type, 0));
    NEED(bind(server, (struct sockaddr *)&name, length));
    NEED(listen(server, 3));
    first = NEED(socket(AF_UNIX, type, 0));
    NEED(connect(first, (struct sockaddr *)&name, length));
    first_server = NEED(accept(server, NULL, NULL));
    second = NEED(socket(AF_UNIX, type, 0));
    NEED(bind(second, (struct sockaddr *)&client_name, client_length));
    NEED(connect(second, (struct sockaddr *)&name, length));
    second_server = NEED(accept(server, NULL, NULL));
    NEED(send(first, "from first", 10, 0));
    NEED(send(second_server, "to second", 9, 0));
}

void sabotage(void)
{
    NEED(dup2(first, second));
}

static void check_name(const char *what, int fd, bool of_peer, const struct sockaddr_un *want, socklen_t size)
{
    struct sockaddr_un now = {0};
    socklen_t got = sizeof now;
    CHECK(what, (of_peer ? getpeername : getsockname)(fd, (struct sockaddr *)&now, &got), 0);
    CHECK(what, got, size);
    CHECK(what, memcmp(&now, want, got < size ? got : size), 0);
}

static void check(int fd, const char *want)
{
    char bytes[32] = "";
    CHECK(want, recv(fd, bytes, sizeof bytes - 1, MSG_DONTWAIT), strlen(want));
    CHECK_STRING("bytes", bytes, want);
}

void verify(void)
{
    struct sockaddr_un none = {.sun_family = AF_UNIX};
    check_name("server", server, false, &name, length);
    check_name("first accepted", first_server, false, &name, length);
    check_name("first's server", first, true, &name, length);
    check_name("first", first, false, &none, sizeof(sa_family_t));
    check_name("second accepted", second_server, false, &name, length);
    check_name("second's server", second, true, &name, length);
    check_name("second", second, false, &client_name, client_length);
    check_name("second by its server", second_server, true, &client_name, client_length);
    check(first_server, "from first");
    check(second, "to second");
    CHECK("send", send(first_server, "answer", 6, 0), 6);
    check(first, "answer");
    CHECK("send", send(second, "question", 8, 0), 8);
    check(second_server, "question");
    int third = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
    CHECK("connect", connect(third, (struct sockaddr *)&name, length), 0);
    int accepted = accept(server, NULL, NULL);
    CHECK("send", send(third, "third", 5, 0), 5);
    check(accepted, "third");
    close(third), close(accepted);
    if (name.sun_path[0]) {
        struct stat file;
        CHECK("file of the server", stat(name.sun_path, &file), 0);
        CHECK("file of the client", stat(client_name.sun_path, &file), 0);
    }
    struct ucred peer = {0};
    socklen_t size = sizeof peer;
    CHECK("SO_PEERCRED", getsockopt(first, SOL_SOCKET, SO_PEERCRED, &peer, &size), 0);
    CHECK("peer", peer.pid, getpid());
    CHECK("peer", peer.uid, getuid());
}
