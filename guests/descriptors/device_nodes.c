// /dev/null, zero, full, random and urandom: the same devices, modes and flags.
#include "guest.h"
#include <sys/sysmacros.h>

static const struct device { const char *path; int flags; unsigned minor; } DEVICES[] = {
    {"/dev/null", O_RDWR, 3},           {"/dev/zero", O_RDONLY, 5},
    {"/dev/full", O_WRONLY, 7},         {"/dev/random", O_RDONLY | O_NONBLOCK, 8},
    {"/dev/urandom", O_RDONLY | O_CLOEXEC, 9},
};
enum { COUNT = sizeof DEVICES / sizeof *DEVICES };
static int fds[COUNT], flags[COUNT];

void setup(void)
{
    for (int i = 0; i < COUNT; i++) {
        fds[i] = NEED(open(DEVICES[i].path, DEVICES[i].flags));
        flags[i] = NEED(fcntl(fds[i], F_GETFL));
    }
}

void sabotage(void)
{
    NEED(dup2(fds[0], fds[1]));
}

void verify(void)
{
    char bytes[64];
    for (int i = 0; i < COUNT; i++) {
        struct stat status = {0};
        CHECK("fstat", fstat(fds[i], &status), 0);
        CHECK("device", status.st_rdev, makedev(1, DEVICES[i].minor));
        CHECK("flags", fcntl(fds[i], F_GETFL), flags[i]);
    }
    CHECK("close-on-exec", fcntl(fds[4], F_GETFD), FD_CLOEXEC);
    CHECK("null reads nothing", read(fds[0], bytes, 64), 0);
    CHECK("null takes all", write(fds[0], bytes, 64), 64);
    memset(bytes, 1, sizeof bytes);
    CHECK("zero reads", read(fds[1], bytes, 64), 64);
    CHECK("zeros", bytes[0] | bytes[63], 0);
    CHECK_ERRNO("full is full", write(fds[2], bytes, 1), ENOSPC);
    CHECK("random reads", read(fds[3], bytes, 8), 8);
    CHECK("urandom reads", read(fds[4], bytes, 64), 64);
}
