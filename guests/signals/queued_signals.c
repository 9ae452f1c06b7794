// Real-time signals that a thread queues for its process as fast as another one takes them: each comes once, in its order, whatever
// happens in between. Those of the number before somebody else may queue, with values from 1 on; DIR/counts has the numbers.
// guest: handler
// guest: waited
// guest: descriptor
// needs: moving
// opt-out: again: the numbers in the file go on after the image was taken
// opt-out: beside: the numbers in the file go on after the image was taken
#include "guest.h"

#include <stdatomic.h>
#include <sys/signalfd.h>

enum { AT_ONCE = 500, PATIENCE_MS = 20000 };

struct stream {
    _Atomic long received, wrong;
};

struct counts {
    _Atomic long sent;
    struct stream own, outside;
};

static struct counts *counts;
static pthread_t sender, taker;
static atomic_bool enough;
static bool has_taker;
static sigset_t both;
static int descriptor = -1;

static void take(int signal, long value)
{
    struct stream *stream = signal == SIGRTMIN + 6 ? &counts->own : &counts->outside;
    if (value != stream->received + 1)
        stream->wrong++;
    stream->received = value;
}

static void handle(int signal, siginfo_t *info, void *context)
{
    (void)context;
    take(signal, info->si_int);
}

static void *queue(void *unused)
{
    while (!enough) {
        union sigval value = {.sival_int = (int)counts->sent + 1};
        if (counts->sent - counts->own.received < AT_ONCE && sigqueue(getpid(), SIGRTMIN + 6, value) == 0)
            counts->sent++;
        else
            usleep(100);
    }
    return unused;
}

static void *wait_for_them(void *unused)
{
    while (true) {
        siginfo_t info;
        if (sigwaitinfo(&both, &info) > 0)
            take(info.si_signo, info.si_int);
    }
    return unused;
}

static void *read_them(void *unused)
{
    while (true) {
        struct signalfd_siginfo info;
        if (read(descriptor, &info, sizeof info) == sizeof info)
            take((int)info.ssi_signo, info.ssi_int);
    }
    return unused;
}

static void handle_them(void)
{
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_RESTART};
    action.sa_mask = both;
    NEED(sigaction(SIGRTMIN + 5, &action, NULL));
    NEED(sigaction(SIGRTMIN + 6, &action, NULL));
    NEED_ZERO(pthread_sigmask(SIG_UNBLOCK, &both, NULL));
    guest_expect_signals();
}

void setup(void)
{
    int file = NEED(open(guest_path("counts"), O_RDWR | O_CREAT | O_TRUNC, 0600));
    NEED(ftruncate(file, 4096));
    counts = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (counts == MAP_FAILED)
        guest_die("setup: mmap: %s", strerror(errno));
    NEED(close(file));
    sigemptyset(&both);
    sigaddset(&both, SIGRTMIN + 5);
    sigaddset(&both, SIGRTMIN + 6);
    NEED_ZERO(pthread_sigmask(SIG_BLOCK, &both, NULL));
    NEED_ZERO(pthread_create(&sender, NULL, queue, NULL));
    const char *mode = guest_arg(0, "handler");
    if (strcmp(mode, "handler") == 0) {
        handle_them();
        return;
    }
    if (strcmp(mode, "descriptor") == 0)
        descriptor = NEED(signalfd(-1, &both, SFD_CLOEXEC));
    NEED_ZERO(pthread_create(&taker, NULL, descriptor < 0 ? wait_for_them : read_them, NULL));
    has_taker = true;
}

void sabotage(void)
{
    counts->own.received--;
}

void verify(void)
{
    long before = counts->own.received;
    for (int ms = 0; ms < PATIENCE_MS && counts->own.received < before + AT_ONCE; ms++)
        usleep(1000);
    enough = true;
    CHECK("join", pthread_join(sender, NULL), 0);
    for (int ms = 0; ms < PATIENCE_MS && counts->own.received != counts->sent; ms++)
        usleep(1000);
    CHECK("goes on", counts->own.received >= before + AT_ONCE, 1);
    CHECK("taken", counts->own.received, counts->sent);
    CHECK("out of order", counts->own.wrong, 0);
    CHECK("out of order, from outside", counts->outside.wrong, 0);
    if (has_taker)
        CHECK("cancel", pthread_cancel(taker), 0);
}
