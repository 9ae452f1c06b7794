// A pipe in packet mode (O_DIRECT) keeps the borders between its writes.
#include "guest.h"

static int ends[2];
static const int SIZES[] = {1, 100, 4096, 7, 0, 2000};

void setup(void)
{
    char bytes[4096];
    NEED(pipe2(ends, O_DIRECT | O_NONBLOCK));
    for (int i = 0; i < 6; i++) {
        guest_fill(bytes, (size_t)SIZES[i], (uint64_t)i + 20);
        CHECK("write", write(ends[1], bytes, (size_t)SIZES[i]), SIZES[i]);
    }
}

void sabotage(void)
{
    char byte;
    NEED(read(ends[0], &byte, 1));
}

void verify(void)
{
    char bytes[8192];
    CHECK("flags", fcntl(ends[1], F_GETFL), O_WRONLY | O_DIRECT | O_NONBLOCK);
    for (int i = 0; i < 6; i++) {
        if (SIZES[i] == 0)
            continue; // a write of nothing makes no packet
        CHECK("packet", read(ends[0], bytes, sizeof bytes), SIZES[i]);
        guest_check_fill("bytes of the packet", bytes, (size_t)SIZES[i], (uint64_t)i + 20);
    }
    CHECK_ERRNO("empty", read(ends[0], bytes, 1), EAGAIN);
    CHECK("two new", write(ends[1], "a", 1) + write(ends[1], "b", 1), 2);
    CHECK("are two packets", read(ends[0], bytes, sizeof bytes), 1);
}
