// The main stack, used several megabytes deep, is whole on the way back, and grows further.
#include "guest.h"

enum { FRAMES = 500, FRAME = 8192 };

// Fills a frame, goes deeper, and checks the frame on the way back. The bottom waits for `go`.
static __attribute__((noinline)) void descend(int depth, int bottom)
{
    char frame[FRAME];
    guest_fill(frame, FRAME, (uint64_t)depth);
    if (depth < bottom) {
        descend(depth + 1, bottom);
    } else if (bottom == FRAMES) {
        guest_ready();
        guest_wait_for_go();
        if (access(guest_path("sabotage"), F_OK) == 0)
            frame[17] ^= 1;
        descend(depth + 1, FRAMES + 200); // into pages that were never touched
    }
    guest_check_fill("frame", frame, FRAME, (uint64_t)depth);
}

void setup(void)
{
    descend(0, FRAMES);
}

void sabotage(void)
{
}

void verify(void)
{
}
