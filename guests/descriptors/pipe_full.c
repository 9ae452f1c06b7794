// A pipe filled to the last byte takes no more, and gives all of it back.
// guest: 4096
// guest: 65536
// guest: 1048576
#include "guest.h"

static int ends[2];
static char *bytes;
static long capacity;

void setup(void)
{
    NEED(pipe2(ends, O_NONBLOCK));
    capacity = NEED(fcntl(ends[1], F_SETPIPE_SZ, atol(guest_arg(0, "65536"))));
    bytes = malloc((size_t)capacity);
    guest_fill(bytes, (size_t)capacity, 11);
    CHECK("fill", write(ends[1], bytes, (size_t)capacity), capacity);
    CHECK_ERRNO("full", write(ends[1], "x", 1), EAGAIN);
}

void sabotage(void)
{
    char byte;
    NEED(read(ends[0], &byte, 1));
    NEED(fcntl(ends[1], F_SETPIPE_SZ, capacity * 2));
}

void verify(void)
{
    char *got = malloc((size_t)capacity + 1);
    CHECK("capacity", fcntl(ends[0], F_GETPIPE_SZ), capacity);
    CHECK_ERRNO("still full", write(ends[1], "x", 1), EAGAIN);
    CHECK("all of it", read(ends[0], got, (size_t)capacity + 1), capacity);
    guest_check_fill("bytes", got, (size_t)capacity, 11);
    CHECK_ERRNO("empty", read(ends[0], got, 1), EAGAIN);
    CHECK("filled again at once", write(ends[1], bytes, (size_t)capacity), capacity);
}
