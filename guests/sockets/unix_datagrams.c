// Datagram sockets by name: many to one, answers, senders that have gone, a queue in front of a connection, one to itself.
// guest: path
// guest: abstract
// opt-out: beside: an abstract name can be bound once in a network namespace
#include "guest.h"
#include <sys/socket.h>
#include <sys/un.h>

enum { SERVER, NAMED, UNNAMED, SELF, PICKY, OTHER, COUNT };
static int fds[COUNT];
static struct sockaddr_un names[COUNT + 1];
static socklen_t lengths[COUNT + 1];

static void set_name(int i)
{
    names[i].sun_family = AF_UNIX;
    size_t characters;
    if (guest_arg(0, "path")[0] == 'a') {
        characters = 1 + (size_t)sprintf(names[i].sun_path + 1, "guest-%d-%d", getpid(), i);
    } else {
        char name[] = "socket-?";
        name[7] = (char)('0' + i);
        characters = 1 + (size_t)sprintf(names[i].sun_path, "%.90s", guest_path(name));
    }
    lengths[i] = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + characters);
}

static int bound(int i)
{
    int fd = NEED(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    set_name(i);
    NEED(bind(fd, (struct sockaddr *)&names[i], lengths[i]));
    return fd;
}

static void post(int fd, const char *text, int to)
{
    NEED(sendto(fd, text, strlen(text), 0, (struct sockaddr *)&names[to], lengths[to]));
}

void setup(void)
{
    fds[SERVER] = bound(SERVER);
    fds[NAMED] = bound(NAMED);
    fds[UNNAMED] = NEED(socket(AF_UNIX, SOCK_DGRAM, 0));
    fds[SELF] = bound(SELF);
    fds[PICKY] = bound(PICKY);
    fds[OTHER] = bound(OTHER);
    NEED(connect(fds[NAMED], (struct sockaddr *)&names[SERVER], lengths[SERVER]));
    NEED(connect(fds[UNNAMED], (struct sockaddr *)&names[SERVER], lengths[SERVER]));
    NEED(connect(fds[SELF], (struct sockaddr *)&names[SELF], lengths[SELF]));
    NEED(send(fds[NAMED], "named", 5, 0));
    NEED(send(fds[UNNAMED], "unnamed", 7, 0));
    int gone = bound(COUNT);
    post(gone, "gone", SERVER);
    NEED(close(gone));
    if (names[COUNT].sun_path[0])
        NEED(unlink(names[COUNT].sun_path));
    NEED(send(fds[SELF], "to myself", 9, 0));
    post(fds[NAMED], "before", PICKY);
    NEED(connect(fds[PICKY], (struct sockaddr *)&names[OTHER], lengths[OTHER]));
    post(fds[SERVER], "to other", OTHER);
}

void sabotage(void)
{
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    NEED(connect(fds[UNNAMED], &nobody, sizeof nobody));
}

static void check(int fd, const char *want, int from)
{
    char bytes[32] = "";
    struct sockaddr_un sender = {0};
    socklen_t length = sizeof sender;
    CHECK(want, recvfrom(fd, bytes, sizeof bytes - 1, MSG_DONTWAIT, (struct sockaddr *)&sender, &length), strlen(want));
    CHECK_STRING("text", bytes, want);
    CHECK("length of the sender's name", length, from < 0 ? 0 : lengths[from]);
    if (from >= 0)
        CHECK("sender", memcmp(&sender, &names[from], lengths[from]), 0);
}

void verify(void)
{
    check(fds[SERVER], "named", NAMED);
    check(fds[SERVER], "unnamed", -1);
    check(fds[SERVER], "gone", COUNT);
    check(fds[SELF], "to myself", SELF);
    check(fds[PICKY], "before", NAMED);
    check(fds[OTHER], "to other", SERVER);
    CHECK("send", send(fds[NAMED], "again", 5, 0), 5);
    check(fds[SERVER], "again", NAMED);
    CHECK("send", send(fds[UNNAMED], "again", 5, 0), 5);
    check(fds[SERVER], "again", -1);
    CHECK("send", send(fds[SELF], "again", 5, 0), 5);
    check(fds[SELF], "again", SELF);
    CHECK_ERRNO("only its peer", sendto(fds[NAMED], "x", 1, 0, (struct sockaddr *)&names[PICKY], lengths[PICKY]), EPERM);
    CHECK("send", send(fds[PICKY], "picky", 5, 0), 5);
    check(fds[OTHER], "picky", PICKY);
    struct sockaddr_un peer;
    socklen_t length = sizeof peer;
    CHECK_ERRNO("no peer", getpeername(fds[SERVER], (struct sockaddr *)&peer, &length), ENOTCONN);
}
