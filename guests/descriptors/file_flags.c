// Status flags (F_GETFL) and descriptor flags (F_GETFD) of files, each combination by itself.
#include "guest.h"

static const int FLAGS[] = {
    O_RDONLY,
    O_WRONLY,
    O_RDWR,
    O_RDWR | O_APPEND,
    O_RDWR | O_NONBLOCK,
    O_WRONLY | O_APPEND | O_SYNC,
    O_RDWR | O_DSYNC,
    O_RDONLY | O_NOATIME,
    O_RDONLY | O_CLOEXEC,
    O_RDWR | O_DIRECT, // not on every file system
};
enum { COUNT = sizeof FLAGS / sizeof *FLAGS };
static int fds[COUNT], status_flags[COUNT], descriptor_flags[COUNT];

void setup(void)
{
    const char *path = guest_path("data");
    close(NEED(open(path, O_RDWR | O_CREAT, 0600)));
    for (int i = 0; i < COUNT; i++) {
        fds[i] = open(path, FLAGS[i]);
        if (fds[i] < 0 && !(FLAGS[i] & O_DIRECT))
            guest_die("open with %#x: %s", FLAGS[i], strerror(errno));
        status_flags[i] = fcntl(fds[i], F_GETFL);
        descriptor_flags[i] = fcntl(fds[i], F_GETFD);
    }
    // Flags set later count as well as flags given to open.
    NEED(fcntl(fds[0], F_SETFL, O_NONBLOCK | O_NOATIME));
    NEED(fcntl(fds[1], F_SETFD, FD_CLOEXEC));
    status_flags[0] = NEED(fcntl(fds[0], F_GETFL));
    descriptor_flags[1] = FD_CLOEXEC;
}

void sabotage(void)
{
    NEED(fcntl(fds[3], F_SETFL, 0));
}

void verify(void)
{
    for (int i = 0; i < COUNT; i++) {
        char what[64];
        snprintf(what, sizeof what, "status flags of file %d", i);
        CHECK(what, fcntl(fds[i], F_GETFL), status_flags[i]);
        snprintf(what, sizeof what, "descriptor flags of file %d", i);
        CHECK(what, fcntl(fds[i], F_GETFD), descriptor_flags[i]);
    }
    CHECK_ERRNO("write to the read-only one", write(fds[0], "x", 1), EBADF);
}
