// Pipes of which one end is left: bytes, then end of file; or EPIPE with SIGPIPE.
#include "guest.h"

static int bytes_then_end, end_at_once, nobody_reads;
static volatile int sigpipes;

static void count_sigpipe(int signal)
{
    sigpipes += signal == SIGPIPE;
}

void setup(void)
{
    int ends[2];
    NEED(pipe(ends));
    CHECK("write", write(ends[1], "the last words", 14), 14);
    bytes_then_end = ends[0];
    NEED(close(ends[1]));
    NEED(pipe(ends));
    end_at_once = ends[0];
    NEED(close(ends[1]));
    NEED(pipe(ends));
    nobody_reads = ends[1];
    NEED(close(ends[0]));
    signal(SIGPIPE, count_sigpipe);
}

void sabotage(void)
{
    int ends[2];
    NEED(pipe(ends));
    NEED(dup2(ends[1], nobody_reads));
}

void verify(void)
{
    char bytes[32] = "";
    // Blocking reads on purpose: a writer left anywhere would make them hang, so look first.
    for (int i = 0; i < 2; i++)
        CHECK("nonblocking", fcntl(i ? end_at_once : bytes_then_end, F_SETFL, O_NONBLOCK), 0);
    CHECK("read", read(bytes_then_end, bytes, 31), 14);
    CHECK_STRING("bytes", bytes, "the last words");
    CHECK("end of file", read(bytes_then_end, bytes, 31), 0);
    CHECK("end of file at once", read(end_at_once, bytes, 31), 0);
    CHECK_ERRNO("nobody reads", write(nobody_reads, "x", 1), EPIPE);
    CHECK("SIGPIPE", sigpipes, 1);
}
