// What a restore fills or replaces under its name, a FIFO and the file of a socket, keeps times, mode and owner.
// needs: root
// opt-out: beside: two cannot be bound to one name
#include "guest.h"
#include <sys/socket.h>
#include <sys/un.h>

static const struct timespec times[2] = {{.tv_sec = 1000, .tv_nsec = 5}, {.tv_sec = 2000, .tv_nsec = 7}};

void setup(void)
{
    guest_enter_dir();
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    int listening = NEED(socket(AF_UNIX, SOCK_STREAM, 0));
    unlink("socket");
    NEED(bind(listening, (struct sockaddr *)&address, sizeof address));
    NEED(listen(listening, 3));
    unlink("fifo");
    NEED(mkfifo("fifo", 0600));
    int fifo = NEED(open("fifo", O_RDWR | O_NONBLOCK));
    NEED(write(fifo, "abc", 3));
    const char *const names[] = {"socket", "fifo"};
    for (int i = 0; i < 2; i++) {
        NEED(chmod(names[i], 0612));
        NEED(chown(names[i], 11, 12));
        NEED(utimensat(AT_FDCWD, names[i], times, 0));
    }
}

void sabotage(void)
{
    NEED(utimensat(AT_FDCWD, "socket", NULL, 0));
}

static void check(const char *name)
{
    struct stat now = {0};
    CHECK(name, stat(name, &now), 0);
    CHECK(name, now.st_mode & 07777, 0612);
    CHECK(name, now.st_uid, 11);
    CHECK(name, now.st_gid, 12);
    CHECK(name, now.st_atim.tv_sec, 1000);
    CHECK(name, now.st_atim.tv_nsec, 5);
    CHECK(name, now.st_mtim.tv_sec, 2000);
    CHECK(name, now.st_mtim.tv_nsec, 7);
}

void verify(void)
{
    check("socket");
    check("fifo");
}
