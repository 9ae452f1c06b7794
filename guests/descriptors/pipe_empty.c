// An empty pipe is still a pipe from its one end to its other, blocking, with its own flags.
#include "guest.h"

static int ends[2], write_again;

void setup(void)
{
    NEED(pipe2(ends, O_CLOEXEC));
    write_again = NEED(dup(ends[1]));
}

void sabotage(void)
{
    int strange[2];
    NEED(pipe(strange));
    NEED(dup2(strange[1], write_again));
}

void verify(void)
{
    char bytes[8] = "";
    CHECK("flags of the read end", fcntl(ends[0], F_GETFL), O_RDONLY);
    CHECK("flags of the write end", fcntl(ends[1], F_GETFL), O_WRONLY);
    CHECK("close-on-exec", fcntl(ends[0], F_GETFD), FD_CLOEXEC);
    CHECK("no close-on-exec", fcntl(write_again, F_GETFD), 0);
    CHECK("nonblocking", fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    CHECK_ERRNO("nothing to read", read(ends[0], bytes, 8), EAGAIN);
    CHECK("write", write(write_again, "seven", 5), 5);
    CHECK("read", read(ends[0], bytes, 8), 5);
    CHECK_STRING("bytes", bytes, "seven");
    CHECK("close", close(ends[1]), 0);
    CHECK_ERRNO("one writer is left", read(ends[0], bytes, 8), EAGAIN);
    CHECK("close", close(write_again), 0);
    CHECK("end of file after the last writer", read(ends[0], bytes, 8), 0);
}
