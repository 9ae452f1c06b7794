// A program that closed its stdin, stdout and stderr has none afterwards either.
// needs: ready-file
#include "guest.h"

void setup(void)
{
    // `ready` on stdout is lost with it; the file DIR/ready says it alone.
    close(0), close(1), close(2);
}

void sabotage(void)
{
    NEED(open("/dev/null", O_RDWR));
}

void verify(void)
{
    for (int fd = 0; fd < 3; fd++)
        CHECK_ERRNO("stdio", fcntl(fd, F_GETFD), EBADF);
    CHECK("the lowest free number", open("/dev/null", O_RDONLY), 0);
}
