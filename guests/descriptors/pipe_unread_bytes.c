// A pipe keeps the bytes nobody has read yet, their order, and its size.
// build: static
#include "guest.h"

enum { UNREAD = 10000, SIZE = 131072 };

static int ends[2];
static char bytes[UNREAD + 1];

void setup(void)
{
    NEED(pipe2(ends, O_NONBLOCK));
    NEED(fcntl(ends[1], F_SETPIPE_SZ, SIZE));
    guest_fill(bytes, UNREAD, 1);
    // In pieces, and with a bit already read: the first buffer has an offset.
    for (int at = 0; at < UNREAD; at += 500)
        CHECK("write", write(ends[1], bytes + at, 500), 500);
    CHECK("first read", read(ends[0], bytes, 100), 100);
}

void sabotage(void)
{
    char byte;
    NEED(read(ends[0], &byte, 1));
}

void verify(void)
{
    char got[UNREAD + 1], want[UNREAD];
    guest_fill(want, UNREAD, 1);
    CHECK("size of the pipe", fcntl(ends[0], F_GETPIPE_SZ), SIZE);
    CHECK("unread bytes", read(ends[0], got, sizeof got), UNREAD - 100);
    CHECK("bytes", memcmp(got, want + 100, UNREAD - 100), 0);
    CHECK_ERRNO("read from the empty pipe", read(ends[0], got, 1), EAGAIN);
    CHECK("write", write(ends[1], "again", 5), 5);
    CHECK("read back", read(ends[0], got, sizeof got), 5);
}
