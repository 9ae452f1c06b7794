// A high rate of handled signals, queued by a thread, while it is checkpointed: none is lost, none
// comes twice, and calls with SA_RESTART do not notice.
#include "guest.h"

static volatile long sent, handled, last;
static volatile bool stopping;
static pthread_t sender, reader;
static int ends[2];

static void on_signal(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    if (info->si_int != last + 1)
        guest_fail("signal: expected number %ld got %d", last + 1, info->si_int);
    last = info->si_int;
    handled++;
}

static void *send_signals(void *unused)
{
    while (!stopping) {
        union sigval value = {.sival_int = (int)sent + 1};
        if (pthread_sigqueue(reader, SIGRTMIN + 2, value) == 0)
            sent++;
        usleep(700);
    }
    return unused;
}

static void *read_all(void *unused)
{
    char byte = 0;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 2);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    CHECK("read", read(ends[0], &byte, 1), 1);
    CHECK("byte", byte, 'e');
    return unused;
}

void setup(void)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 2);
    NEED_ZERO(pthread_sigmask(SIG_BLOCK, &set, NULL));
    NEED(sigaction(SIGRTMIN + 2, &action, NULL));
    NEED(pipe(ends));
    NEED_ZERO(pthread_create(&reader, NULL, read_all, NULL));
    NEED_ZERO(pthread_create(&sender, NULL, send_signals, NULL));
    while (handled < 20)
        usleep(1000);
}

void sabotage(void)
{
    union sigval value = {.sival_int = 1};
    pthread_sigqueue(reader, SIGRTMIN + 2, value);
}

void verify(void)
{
    long before = handled;
    for (int i = 0; i < 2000 && handled < before + 20; i++)
        usleep(1000);
    stopping = true;
    CHECK("join", pthread_join(sender, NULL), 0);
    for (int i = 0; i < 2000 && handled < sent; i++)
        usleep(1000);
    CHECK("handled", handled, sent);
    CHECK("goes on", handled >= before + 20, 1);
    CHECK("write", write(ends[1], "e", 1), 1);
    CHECK("join", pthread_join(reader, NULL), 0);
}
