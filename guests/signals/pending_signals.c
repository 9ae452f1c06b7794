// Signals that are pending for the process and for single threads, with their siginfo, in their order:
// one plain, real-time ones queued several times, by kill, sigqueue and tgkill.
// build: static
#include "guest.h"

enum { QUEUED = 20 };
static int sender_uid;

static void block_all(void)
{
    sigset_t all;
    sigfillset(&all);
    NEED_ZERO(pthread_sigmask(SIG_SETMASK, &all, NULL));
}

// Takes one pending signal of this number and checks where it came from.
static void take(int signal, int code, int value, bool has_value)
{
    sigset_t set;
    siginfo_t info = {0};
    struct timespec now = {0};
    sigemptyset(&set);
    sigaddset(&set, signal);
    // The call itself: glibc's turns SI_TKILL into SI_USER.
    CHECK("pending", syscall(SYS_rt_sigtimedwait, &set, &info, &now, 8), signal);
    CHECK("si_code", info.si_code, code);
    CHECK("si_pid", info.si_pid, getpid());
    CHECK("si_uid", info.si_uid, sender_uid);
    if (has_value)
        CHECK("si_value", info.si_int, value);
}

static void none_left(int signal)
{
    sigset_t set;
    struct timespec now = {0};
    sigemptyset(&set);
    sigaddset(&set, signal);
    CHECK_ERRNO("no more", sigtimedwait(&set, NULL, &now), EAGAIN);
}

static void set_up(int number)
{
    union sigval value = {.sival_int = 1000 + number};
    NEED_ZERO(pthread_sigqueue(pthread_self(), SIGRTMIN + 4, value));
    NEED(syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1));
}

static void check(int number)
{
    take(SIGRTMIN + 4, SI_QUEUE, 1000 + number, true);
    take(SIGUSR1, SI_TKILL, 0, false);
    none_left(SIGRTMIN + 4);
}

void setup(void)
{
    union sigval value;
    sender_uid = (int)getuid();
    block_all();
    guest_start_threads(4, set_up, check);
    NEED(kill(getpid(), SIGTERM));
    NEED(kill(getpid(), SIGTERM)); // not queued: one is pending
    NEED(kill(getpid(), SIGCHLD));
    NEED(kill(getpid(), SIGCONT));
    for (int i = 0; i < QUEUED; i++) {
        value.sival_int = i * i;
        NEED(sigqueue(getpid(), SIGRTMIN + 7, value));
    }
    value.sival_int = 5;
    NEED(sigqueue(getpid(), SIGHUP, value));
}

void sabotage(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 7);
    sigwaitinfo(&set, NULL);
}

void verify(void)
{
    guest_join_threads();
    take(SIGTERM, SI_USER, 0, false);
    none_left(SIGTERM);
    take(SIGCHLD, SI_USER, 0, false);
    take(SIGCONT, SI_USER, 0, false);
    for (int i = 0; i < QUEUED; i++)
        take(SIGRTMIN + 7, SI_QUEUE, i * i, true);
    none_left(SIGRTMIN + 7);
    take(SIGHUP, SI_QUEUE, 5, true);
    CHECK("nothing else", kill(getpid(), SIGUSR2), 0);
    sigset_t pending;
    CHECK("sigpending", sigpending(&pending), 0);
    for (int signal = 1; signal <= SIGRTMAX; signal++)
        if (sigismember(&pending, signal) == 1 && signal != SIGUSR2)
            guest_fail("signal %d: expected not pending", signal);
}
