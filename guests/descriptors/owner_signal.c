// F_SETOWN, F_SETSIG and O_ASYNC: input still signals this process, with the number chosen.
#include "guest.h"

static int ends[2];
static volatile int signals, signal_number, signal_fd;

static void on_input(int signal, siginfo_t *info, void *context)
{
    (void)context;
    signals++;
    signal_number = signal;
    signal_fd = info->si_fd;
}

void setup(void)
{
    struct sigaction action = {.sa_sigaction = on_input, .sa_flags = SA_SIGINFO | SA_RESTART};
    NEED(sigaction(SIGRTMIN + 3, &action, NULL));
    NEED(pipe(ends));
    NEED(fcntl(ends[0], F_SETOWN, getpid()));
    NEED(fcntl(ends[0], F_SETSIG, SIGRTMIN + 3));
    NEED(fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK));
}

void sabotage(void)
{
    NEED(fcntl(ends[0], F_SETOWN, 0));
}

void verify(void)
{
    CHECK("no signal yet", signals, 0);
    CHECK("flags", fcntl(ends[0], F_GETFL), O_RDONLY | O_ASYNC | O_NONBLOCK);
    CHECK("F_GETSIG", fcntl(ends[0], F_GETSIG), SIGRTMIN + 3);
    CHECK("F_GETOWN", fcntl(ends[0], F_GETOWN), getpid());
    CHECK("write", write(ends[1], "x", 1), 1);
    for (int i = 0; i < 2000 && signals == 0; i++)
        usleep(1000);
    CHECK("signals", signals, 1);
    CHECK("number", signal_number, SIGRTMIN + 3);
    CHECK("descriptor", signal_fd, ends[0]);
}
