// Names that have lost their files: a listening socket, two of one name, a directory that is gone, one that was renamed.
#include "guest.h"
#include <sys/socket.h>
#include <sys/un.h>

static int old, young, homeless, client, accepted, renamed;
static struct sockaddr_un name, gone, before, after;

static void set_name(struct sockaddr_un *address, const char *text)
{
    address->sun_family = AF_UNIX;
    sprintf(address->sun_path, "%.100s", guest_path(text));
}

static int listening(struct sockaddr_un *address)
{
    int fd = NEED(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    NEED(bind(fd, (struct sockaddr *)address, sizeof *address));
    NEED(listen(fd, 2));
    return fd;
}

void setup(void)
{
    set_name(&name, "name");
    old = listening(&name);
    client = NEED(socket(AF_UNIX, SOCK_STREAM, 0));
    NEED(connect(client, (struct sockaddr *)&name, sizeof name));
    accepted = NEED(accept(old, NULL, NULL));
    int waiting = NEED(socket(AF_UNIX, SOCK_STREAM, 0));
    NEED(connect(waiting, (struct sockaddr *)&name, sizeof name));
    NEED(unlink(name.sun_path));
    young = listening(&name);
    NEED(mkdir(guest_path("directory"), 0700));
    set_name(&gone, "directory/socket");
    homeless = listening(&gone);
    NEED(unlink(gone.sun_path));
    NEED(rmdir(guest_path("directory")));
    set_name(&before, "before");
    set_name(&after, "after");
    renamed = listening(&before);
    NEED(rename(before.sun_path, after.sun_path));
}

void sabotage(void)
{
    NEED(unlink(after.sun_path));
}

static void check_name(int fd, const struct sockaddr_un *want)
{
    struct sockaddr_un now = {0};
    socklen_t length = sizeof now;
    CHECK("getsockname", getsockname(fd, (struct sockaddr *)&now, &length), 0);
    CHECK_STRING("name", now.sun_path, want->sun_path);
}

static void check_connection(struct sockaddr_un *address, int server)
{
    int one = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK("connect", connect(one, (struct sockaddr *)address, sizeof *address), 0);
    int other = accept(server, NULL, NULL);
    CHECK("accepted", other >= 0, true);
    close(one), close(other);
}

void verify(void)
{
    char bytes[8];
    check_name(old, &name);
    check_name(young, &name);
    check_name(accepted, &name);
    check_name(homeless, &gone);
    check_name(renamed, &before);
    CHECK("it was waiting", accept(old, NULL, NULL) >= 0, true);
    check_connection(&name, young);
    check_connection(&after, renamed);
    CHECK_ERRNO("old", accept(old, NULL, NULL), EAGAIN);
    CHECK_ERRNO("renamed", access(before.sun_path, F_OK), ENOENT);
    CHECK_ERRNO("gone", access(guest_path("directory"), F_OK), ENOENT);
    CHECK("send", send(client, "hello", 5, 0), 5);
    CHECK("receive", recv(accepted, bytes, 8, MSG_DONTWAIT), 5);
}
