// Stopped while they are blocked in a system call, children have signals pending: they wait for the SIGCONT. Then a handler
// runs, and the call returns EINTR, or begins again where it may (SA_RESTART); or the signal ends the child.
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/wait.h>

enum { READS, READS_AGAIN, PAUSES, SLEEPS, SUSPENDS, POLLS, SELECTS, EPOLLS, WAITS, LOCKS, BEHIND_A_THREAD, DIES, KINDS };

static pid_t children[KINDS];
static int results[2], input[2];
static volatile sig_atomic_t handled;

static void on_signal(int number)
{
    (void)number;
    handled++;
}

static void *pause_for_ever(void *unused)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    pause();
    return unused;
}

static void pause_in_a_thread(void)
{
    pthread_t thread;
    NEED_ZERO(pthread_create(&thread, NULL, pause_for_ever, NULL));
}

static long block(int kind)
{
    static _Alignas(4) int word;
    char byte;
    sigset_t none;
    sigemptyset(&none);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(input[0], &set);
    struct pollfd one = {.fd = input[0], .events = POLLIN};
    struct epoll_event event = {.events = EPOLLIN};
    int epoll = epoll_create1(0);
    epoll_ctl(epoll, EPOLL_CTL_ADD, input[0], &event);
    switch (kind) {
    case READS:
    case READS_AGAIN:
        return read(input[0], &byte, 1);
    case PAUSES:
        return pause();
    case SLEEPS:
        return clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){.tv_sec = 500}, NULL) == EINTR ? (errno = EINTR, -1) : 0;
    case SUSPENDS:
        return sigsuspend(&none);
    case POLLS:
        return poll(&one, 1, -1);
    case SELECTS:
        return select(input[0] + 1, &set, NULL, NULL, NULL);
    case EPOLLS:
        return epoll_wait(epoll, &event, 1, -1);
    case WAITS:
        return sigwaitinfo(&none, NULL);
    case BEHIND_A_THREAD:
        pause_in_a_thread();
        return pause();
    default:
        return syscall(SYS_futex, &word, 0 /* FUTEX_WAIT */, 0, NULL, NULL, 0);
    }
}

_Noreturn static void child(int kind)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = kind == READS_AGAIN ? SA_RESTART : 0};
    if (kind != DIES)
        NEED(sigaction(SIGUSR1, &action, NULL));
    errno = 0;
    long result = block(kind);
    int answer[3] = {kind, result == -1 ? errno : (int)result, handled};
    if (write(results[1], answer, sizeof answer) != sizeof answer)
        _exit(1);
    _exit(0);
}

void setup(void)
{
    guest_expect_signals();
    NEED(pipe(results));
    NEED(pipe(input));
    for (int kind = 0; kind < KINDS; kind++) {
        children[kind] = NEED(fork());
        if (children[kind] == 0)
            child(kind);
        while (!guest_is_blocked(children[kind]))
            usleep(1000);
        usleep(20000);
        siginfo_t info;
        NEED(kill(children[kind], SIGSTOP));
        NEED(waitid(P_PID, (id_t)children[kind], &info, WSTOPPED));
        NEED(kill(children[kind], SIGUSR1));
    }
}

void sabotage(void)
{
    NEED(kill(children[PAUSES], SIGKILL));
}

static void check(int kind, int wanted)
{
    int answer[3] = {-1, -1, -1};
    struct pollfd one = {.fd = results[0], .events = POLLIN};
    if (poll(&one, 1, 5000) != 1 || read(results[0], answer, sizeof answer) != sizeof answer) {
        guest_fail("kind %d: no answer", kind);
        return;
    }
    CHECK("who answers", answer[0], kind);
    CHECK("result", answer[1], wanted);
    CHECK("times handled", answer[2], 1);
    CHECK("who ends", waitpid(children[kind], NULL, 0), children[kind]);
}

void verify(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        if (guest_state(children[kind]) != 'T')
            guest_fail("kind %d: in state %c", kind, guest_state(children[kind]));
        NEED(kill(children[kind], SIGCONT));
        if (kind == DIES) {
            int status = 0;
            CHECK("who ends", waitpid(children[kind], &status, 0), children[kind]);
            CHECK("of what", status, SIGUSR1);
        } else if (kind == READS_AGAIN) {
            struct pollfd one = {.fd = results[0], .events = POLLIN};
            CHECK("answers before there is something", poll(&one, 1, 100), 0);
            NEED(write(input[1], "x", 1));
            check(kind, 1);
        } else {
            check(kind, EINTR);
        }
    }
}
