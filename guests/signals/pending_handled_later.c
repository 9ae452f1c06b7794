// Pending signals that have a handler run it when they are unblocked, each once, with its siginfo.
#include "guest.h"

enum { QUEUED = 10 };
static volatile int values[QUEUED + 1], count, terms;

static void on_queued(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    if (count < QUEUED)
        values[count] = info->si_int;
    count++;
}

static void on_term(int signal)
{
    terms += signal == SIGTERM;
}

static sigset_t both;

void setup(void)
{
    struct sigaction queued = {.sa_sigaction = on_queued, .sa_flags = SA_SIGINFO};
    struct sigaction term = {.sa_handler = on_term};
    NEED(sigaction(SIGRTMIN, &queued, NULL));
    NEED(sigaction(SIGTERM, &term, NULL));
    sigemptyset(&both);
    sigaddset(&both, SIGRTMIN);
    sigaddset(&both, SIGTERM);
    NEED(sigprocmask(SIG_BLOCK, &both, NULL));
    for (int i = 0; i < QUEUED; i++)
        NEED(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 7 * i}));
    NEED(raise(SIGTERM));
}

void sabotage(void)
{
    NEED(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 1}));
}

void verify(void)
{
    CHECK("none before", count + terms, 0);
    CHECK("unblock", sigprocmask(SIG_UNBLOCK, &both, NULL), 0);
    CHECK("handler runs", count, QUEUED);
    CHECK("SIGTERM", terms, 1);
    for (int i = 0; i < QUEUED; i++)
        CHECK("value", values[i], 7 * i);
}
