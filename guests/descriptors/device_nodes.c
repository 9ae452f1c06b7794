// Devices whose open files have no state: the same ones, modes and flags; null, zero, full, random and urandom work as before.
#include "guest.h"

static const struct device { const char *path; int flags; } DEVICES[] = {
    {"/dev/null", O_RDWR},           {"/dev/zero", O_RDONLY},
    {"/dev/full", O_WRONLY},         {"/dev/random", O_RDONLY | O_NONBLOCK},
    {"/dev/urandom", O_RDONLY | O_CLOEXEC},
    // These are not everywhere, and not everybody's.
    {"/dev/mem", O_RDONLY},          {"/dev/port", O_RDONLY},
    {"/dev/kmsg", O_WRONLY},         {"/dev/hwrng", O_RDONLY | O_NONBLOCK},
    {"/dev/loop-control", O_RDWR},   {"/dev/btrfs-control", O_RDWR},
    {"/dev/autofs", O_RDWR},         {"/dev/vsock", O_RDONLY},
    {"/dev/userfaultfd", O_RDWR},    {"/dev/vcs1", O_RDONLY},
    {"/dev/tty1", O_RDWR | O_NOCTTY | O_NONBLOCK},
};
enum { COUNT = sizeof DEVICES / sizeof *DEVICES, EVERYWHERE = 5 };
static int fds[COUNT], flags[COUNT];
static dev_t numbers[COUNT];

void setup(void)
{
    for (int i = 0; i < COUNT; i++) {
        fds[i] = open(DEVICES[i].path, DEVICES[i].flags);
        if (fds[i] < 0 && i >= EVERYWHERE)
            continue;
        struct stat status;
        flags[i] = NEED(fcntl(fds[i], F_GETFL));
        NEED(fstat(fds[i], &status));
        numbers[i] = status.st_rdev;
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
        if (fds[i] < 0)
            continue;
        CHECK("fstat", fstat(fds[i], &status), 0);
        CHECK("device", status.st_rdev, numbers[i]);
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
