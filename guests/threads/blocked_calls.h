// The blocking calls, one row each: how to get ready for it, how to block in it, how to end it.
//
// A timed call ends by itself: result and errno are checked, and that it took its time, no less, and
// (where the harness tells for how long the guest was away) hardly more. A sleep that started anew
// after a restore took too long by all it had slept before; therefore `ready` comes in mid-sleep.
// A call without a timeout ends because released() made its event come true, never by EINTR.
#ifndef BLOCKED_CALLS_H
#define BLOCKED_CALLS_H

#include "guest.h"
#include <linux/futex.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

// Less slack than a sleep that began anew would take more.
enum { READY_AFTER_MS = 2000, SLACK_MS = 1800 };

// How long the timed calls take; the same for all.
static long sleep_ms = 4000;

// One blocked thread. What its call gave is noted at once and checked in verify().
struct blocked {
    const struct blocking_call *call;
    int number;
    pthread_t thread;
    int ends[2];
    uint32_t word;
    int64_t started_ns, ended_ns, realtime_ended_ns, realtime_target_ns;
    long result;
    int error;
    long detail; // of the call: bytes read, rest of a timeout
    volatile int handled;
    volatile pid_t tid; // of a thread in pause
};

struct blocking_call {
    const char *name;
    void (*block)(struct blocked *);
    bool timed;       // ends by itself, after sleep_ms
    bool again;       // can be released again and again: the call uses the event up
    bool in_ticks; // its timeout is counted in them (SO_RCVTIMEO, net/core/sock.c)
    bool begins_anew; // its timeout is no register: who interrupts it lets it begin anew (docs/decisions/0002)
    bool plain_eintr; // any interruption ends it with EINTR, SIGSTOP and ptrace's too (man 7 signal)
    long want_result;
    int want_error;
    void (*prepare)(struct blocked *);
    void (*release)(struct blocked *); // of a call that is not timed
};

// ---- timed

#define SLEEP ((struct timespec){sleep_ms / 1000, sleep_ms % 1000 * 1000000L})

static struct timespec in_a_while(clockid_t clock)
{
    int64_t then = guest_now_ns(clock) + sleep_ms * 1000000LL;
    return (struct timespec){then / 1000000000, then % 1000000000};
}

static void block_nanosleep(struct blocked *b)
{
    b->result = nanosleep(&SLEEP, NULL);
}

// With a place for the rest. It is not looked at: the kernel writes it at every interruption, also at
// one by SIGSTOP after which the sleep goes on, and it means something only beside EINTR.
static void block_nanosleep_rest(struct blocked *b)
{
    struct timespec rest;
    b->result = nanosleep(&SLEEP, &rest);
}

static void block_clock_nanosleep(struct blocked *b)
{
    b->result = clock_nanosleep(CLOCK_MONOTONIC, 0, &SLEEP, NULL);
}

static void block_clock_nanosleep_boottime(struct blocked *b)
{
    b->result = clock_nanosleep(CLOCK_BOOTTIME, 0, &SLEEP, NULL);
}

static void block_clock_nanosleep_until(struct blocked *b)
{
    struct timespec until = in_a_while(CLOCK_MONOTONIC);
    b->result = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static void block_clock_nanosleep_until_real(struct blocked *b)
{
    struct timespec until = in_a_while(CLOCK_REALTIME);
    b->realtime_target_ns = until.tv_sec * 1000000000LL + until.tv_nsec;
    b->result = clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL);
}

static void pipe_prepare(struct blocked *b)
{
    NEED(pipe2(b->ends, O_CLOEXEC));
}

static void block_poll(struct blocked *b)
{
    struct pollfd fd = {b->ends[0], POLLIN, 0x55};
    b->result = poll(&fd, 1, sleep_ms);
    b->detail = fd.revents;
}

// With a mask, which must be in force while it blocks and gone after: the caller checks its own.
static void block_ppoll(struct blocked *b)
{
    sigset_t mask;
    sigfillset(&mask);
    struct pollfd fd = {b->ends[0], POLLIN, 0};
    b->result = ppoll(&fd, 1, &SLEEP, &mask);
}

static void block_select(struct blocked *b)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(b->ends[0], &set);
    struct timeval timeout = {sleep_ms / 1000, sleep_ms % 1000 * 1000};
    b->result = select(b->ends[0] + 1, &set, NULL, NULL, &timeout);
    b->detail = FD_ISSET(b->ends[0], &set) + timeout.tv_sec; // Linux writes the rest: none
}

static void block_pselect(struct blocked *b)
{
    sigset_t mask;
    sigfillset(&mask);
    b->result = pselect(0, NULL, NULL, NULL, &SLEEP, &mask);
}

static void block_futex_timed(struct blocked *b)
{
    b->result = syscall(SYS_futex, &b->word, FUTEX_WAIT_PRIVATE, 0, &SLEEP, NULL, 0);
}

static void block_futex_until(struct blocked *b) // as pthread_cond_timedwait does it
{
    struct timespec until = in_a_while(CLOCK_MONOTONIC);
    b->result = syscall(SYS_futex, &b->word, FUTEX_WAIT_BITSET_PRIVATE, 0, &until, NULL, ~0u);
}

static void epoll_prepare(struct blocked *b)
{
    int ends[2];
    NEED(pipe2(ends, O_CLOEXEC));
    b->ends[0] = NEED(epoll_create1(EPOLL_CLOEXEC));
    b->ends[1] = ends[1];
    struct epoll_event event = {.events = EPOLLIN};
    NEED(epoll_ctl(b->ends[0], EPOLL_CTL_ADD, ends[0], &event));
}

static void block_epoll_wait_timed(struct blocked *b)
{
    struct epoll_event event;
    b->result = epoll_wait(b->ends[0], &event, 1, sleep_ms);
}

static void block_epoll_pwait_timed(struct blocked *b)
{
    sigset_t mask;
    sigfillset(&mask);
    struct epoll_event event;
    b->result = epoll_pwait(b->ends[0], &event, 1, sleep_ms, &mask);
}

static void block_sigtimedwait(struct blocked *b)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1); // blocked everywhere, sent by nobody
    b->result = sigtimedwait(&set, NULL, &SLEEP);
}

static void udp_timed_prepare(struct blocked *b)
{
    struct timeval timeout = {sleep_ms / 1000, sleep_ms % 1000 * 1000};
    b->ends[0] = NEED(socket(AF_INET, SOCK_DGRAM, 0));
    NEED(setsockopt(b->ends[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout));
}

static void block_recvfrom_timed(struct blocked *b)
{
    char byte;
    b->result = recvfrom(b->ends[0], &byte, 1, 0, NULL, NULL);
}

// ---- until something happens

static void write_byte(struct blocked *b)
{
    b->detail += write(b->ends[1], "x", 1) - 1;
}

static void block_read(struct blocked *b)
{
    char byte;
    b->result = read(b->ends[0], &byte, 1);
}

static void block_poll_forever(struct blocked *b)
{
    struct pollfd fd = {b->ends[0], POLLIN, 0};
    b->result = poll(&fd, 1, -1);
}

static void block_select_forever(struct blocked *b)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(b->ends[0], &set);
    b->result = select(b->ends[0] + 1, &set, NULL, NULL, NULL);
}

static void block_epoll_wait(struct blocked *b)
{
    struct epoll_event event;
    b->result = epoll_wait(b->ends[0], &event, 1, -1);
}

static void block_futex(struct blocked *b)
{
    b->result = syscall(SYS_futex, &b->word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

// The word is left alone: a wait that was broken off would show as EAGAIN or EINTR.
static void wake_futex(struct blocked *b)
{
    for (int i = 0; i < 2000 && syscall(SYS_futex, &b->word, FUTEX_WAKE_PRIVATE, 1) != 1; i++)
        usleep(1000);
}

static void block_write(struct blocked *b) // to a full pipe
{
    b->result = write(b->ends[1], "x", 1);
}

static void full_pipe_prepare(struct blocked *b)
{
    static char bytes[65536];
    pipe_prepare(b);
    int size = NEED(fcntl(b->ends[1], F_SETPIPE_SZ, 65536));
    CHECK("fill", write(b->ends[1], bytes, (size_t)size), size);
}

static void drain_pipe(struct blocked *b)
{
    char bytes[4096];
    b->detail += read(b->ends[0], bytes, sizeof bytes) - 4096;
}

static void accept_prepare(struct blocked *b)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    b->ends[0] = NEED(socket(AF_INET, SOCK_STREAM, 0));
    NEED(bind(b->ends[0], (struct sockaddr *)&address, sizeof address));
    NEED(listen(b->ends[0], 1));
}

static void block_accept(struct blocked *b)
{
    b->result = accept(b->ends[0], NULL, NULL) >= 0 ? 0 : -1;
}

static void connect_to(struct blocked *b)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    getsockname(b->ends[0], (struct sockaddr *)&address, &length);
    b->detail += connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&address, length);
}

static void udp_prepare(struct blocked *b)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    b->ends[0] = NEED(socket(AF_INET, SOCK_DGRAM, 0));
    NEED(bind(b->ends[0], (struct sockaddr *)&address, sizeof address));
    b->ends[1] = NEED(socket(AF_INET, SOCK_DGRAM, 0)); // for good, or a look from outside would see it come and go
}

static void block_recvfrom(struct blocked *b)
{
    char bytes[8];
    b->result = recvfrom(b->ends[0], bytes, sizeof bytes, 0, NULL, NULL);
}

static void send_to(struct blocked *b)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    getsockname(b->ends[0], (struct sockaddr *)&address, &length);
    b->detail += sendto(b->ends[1], "x", 1, 0, (struct sockaddr *)&address, length) - 1;
}

static void eventfd_prepare(struct blocked *b)
{
    b->ends[0] = b->ends[1] = NEED(eventfd(0, EFD_CLOEXEC));
}

static void block_read_eight(struct blocked *b)
{
    uint64_t value;
    b->result = read(b->ends[0], &value, 8);
}

static void write_eight(struct blocked *b)
{
    uint64_t one = 1;
    b->detail += write(b->ends[1], &one, 8) - 8;
}

static void timerfd_prepare(struct blocked *b)
{
    b->ends[0] = NEED(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
}

static void arm_timerfd(struct blocked *b)
{
    struct itimerspec soon = {.it_value.tv_nsec = 1};
    b->detail += timerfd_settime(b->ends[0], 0, &soon, NULL);
}

static void timerfd_timed_prepare(struct blocked *b)
{
    timerfd_prepare(b);
}

static void block_timerfd_timed(struct blocked *b)
{
    struct itimerspec later = {.it_value = SLEEP};
    timerfd_settime(b->ends[0], 0, &later, NULL);
    block_read_eight(b);
}

// A process-directed signal wakes any thread that may take it, so each blocked thread has its own.
static int own_signal(const struct blocked *b)
{
    return SIGRTMIN + 2 + b->number % 26;
}

static void signalfd_prepare(struct blocked *b)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, own_signal(b));
    b->ends[0] = NEED(signalfd(-1, &set, SFD_CLOEXEC));
}

static void block_read_signalfd(struct blocked *b)
{
    struct signalfd_siginfo info;
    b->result = read(b->ends[0], &info, sizeof info);
}

static void send_own_signal(struct blocked *b)
{
    b->detail += pthread_kill(b->thread, own_signal(b));
}

static void block_sigwaitinfo(struct blocked *b)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, own_signal(b));
    b->result = sigwaitinfo(&set, NULL) == own_signal(b) ? 0 : -1;
}

static void inotify_prepare(struct blocked *b)
{
    char name[32];
    snprintf(name, sizeof name, "watched-%d", b->number);
    close(NEED(open(guest_path(name), O_RDWR | O_CREAT, 0600)));
    b->ends[0] = NEED(inotify_init1(IN_CLOEXEC));
    b->ends[1] = NEED(open(guest_path(name), O_WRONLY));
    NEED(inotify_add_watch(b->ends[0], guest_path(name), IN_MODIFY));
}

static void block_inotify(struct blocked *b)
{
    struct inotify_event event;
    b->result = read(b->ends[0], &event, sizeof event);
}

// pause and sigsuspend end by a handler, and by nothing else: errno is EINTR, and it ran once.
static __thread struct blocked *handler_of;

static void count_handled(int signal)
{
    if (handler_of != NULL && signal == own_signal(handler_of))
        handler_of->handled++;
}

static void handler_prepare(struct blocked *b)
{
    struct sigaction action = {.sa_handler = count_handled};
    NEED(sigaction(own_signal(b), &action, NULL));
}

static void own_signal_mask(const struct blocked *b, int how)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, own_signal(b));
    pthread_sigmask(how, &set, NULL);
}

// A handler that has run before pause is begun, or begun again after a stop, ends nothing.
__attribute__((unused)) static void await_pause(const struct blocked *b)
{
    char path[64], call[8] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", b->tid);
    while (strncmp(call, "34 ", 3) != 0) {
        int file = open(path, O_RDONLY);
        if (file < 0 || read(file, call, sizeof call) < 0)
            break;
        close(file);
        usleep(1000);
    }
}

static void block_pause(struct blocked *b)
{
    handler_of = b;
    b->tid = gettid();
    own_signal_mask(b, SIG_UNBLOCK);
    b->result = pause();
    b->error = errno;
    own_signal_mask(b, SIG_BLOCK);
    b->detail += b->handled - 1;
    errno = b->error;
}

static void block_sigsuspend(struct blocked *b)
{
    handler_of = b;
    sigset_t all_but_own;
    sigfillset(&all_but_own);
    sigdelset(&all_but_own, own_signal(b));
    b->result = sigsuspend(&all_but_own);
    b->error = errno;
    b->detail += b->handled - 1;
    errno = b->error;
}

static const struct blocking_call CALLS[] = {
    {"nanosleep", block_nanosleep, .timed = true},
    {"nanosleep_rest", block_nanosleep_rest, .timed = true},
    {"clock_nanosleep", block_clock_nanosleep, .timed = true},
    {"clock_nanosleep_boottime", block_clock_nanosleep_boottime, .timed = true},
    {"clock_nanosleep_until", block_clock_nanosleep_until, .timed = true},
    {"clock_nanosleep_until_real", block_clock_nanosleep_until_real, .timed = true},
    {"poll_timed", block_poll, .timed = true, .prepare = pipe_prepare},
    {"ppoll_timed", block_ppoll, .timed = true, .prepare = pipe_prepare},
    {"select_timed", block_select, .timed = true, .prepare = pipe_prepare},
    {"pselect_timed", block_pselect, .timed = true},
    {"futex_timed", block_futex_timed, .timed = true, .want_result = -1, .want_error = ETIMEDOUT},
    {"futex_until", block_futex_until, .timed = true, .want_result = -1, .want_error = ETIMEDOUT},
    {"epoll_wait_timed", block_epoll_wait_timed, .timed = true, .plain_eintr = true,
        .prepare = epoll_prepare},
    {"epoll_pwait_timed", block_epoll_pwait_timed, .timed = true, .plain_eintr = true,
        .prepare = epoll_prepare},
    {"sigtimedwait", block_sigtimedwait, .timed = true, .begins_anew = true, .plain_eintr = true, .want_result = -1,
        .want_error = EAGAIN},
    {"recvfrom_timed", block_recvfrom_timed, .timed = true, .in_ticks = true, .begins_anew = true, .plain_eintr = true,
        .want_result = -1, .want_error = EAGAIN, .prepare = udp_timed_prepare},
    {"timerfd_timed", block_timerfd_timed, .timed = true, .want_result = 8,
        .prepare = timerfd_timed_prepare},
    {"read", block_read, .again = true, .want_result = 1, .prepare = pipe_prepare,
        .release = write_byte},
    {"write", block_write, .want_result = 1, .prepare = full_pipe_prepare, .release = drain_pipe},
    {"poll", block_poll_forever, .want_result = 1, .prepare = pipe_prepare, .release = write_byte},
    {"select", block_select_forever, .want_result = 1, .prepare = pipe_prepare,
        .release = write_byte},
    {"epoll_wait", block_epoll_wait, .plain_eintr = true, .want_result = 1,
        .prepare = epoll_prepare, .release = write_byte},
    {"futex", block_futex, .again = true, .release = wake_futex},
    {"accept", block_accept, .prepare = accept_prepare, .release = connect_to},
    {"recvfrom", block_recvfrom, .again = true, .want_result = 1, .prepare = udp_prepare,
        .release = send_to},
    {"eventfd", block_read_eight, .again = true, .want_result = 8, .prepare = eventfd_prepare,
        .release = write_eight},
    {"timerfd", block_read_eight, .again = true, .want_result = 8, .prepare = timerfd_prepare,
        .release = arm_timerfd},
    {"signalfd", block_read_signalfd, .again = true, .want_result = 128,
        .prepare = signalfd_prepare, .release = send_own_signal},
    {"sigwaitinfo", block_sigwaitinfo, .again = true, .plain_eintr = true,
        .release = send_own_signal},
    {"inotify", block_inotify, .again = true, .want_result = 16, .prepare = inotify_prepare,
        .release = write_byte},
    {"pause", block_pause, .again = true, .want_result = -1, .want_error = EINTR,
        .prepare = handler_prepare, .release = send_own_signal},
    {"sigsuspend", block_sigsuspend, .again = true, .want_result = -1, .want_error = EINTR,
        .prepare = handler_prepare, .release = send_own_signal},
};
enum { CALL_COUNT = sizeof CALLS / sizeof *CALLS };

// ---- the same for all

// Signals of the real-time range are blocked in every thread before the first one is made.
static void block_own_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    for (int signal = SIGRTMIN + 1; signal <= SIGRTMAX; signal++)
        sigaddset(&set, signal);
    NEED_ZERO(pthread_sigmask(SIG_BLOCK, &set, NULL));
}

static void block_and_note(struct blocked *b)
{
    b->started_ns = guest_now_ns(CLOCK_MONOTONIC);
    errno = 0;
    b->call->block(b);
    b->error = errno;
    b->ended_ns = guest_now_ns(CLOCK_MONOTONIC);
    b->realtime_ended_ns = guest_now_ns(CLOCK_REALTIME);
}

__attribute__((unused)) static void check_blocked(const struct blocked *b)
{
    const char *name = b->call->name;
    char what[100];
    snprintf(what, sizeof what, "%s (thread %d): result", name, b->number);
    CHECK(what, b->result, b->call->want_result);
    snprintf(what, sizeof what, "%s (thread %d): errno", name, b->number);
    CHECK(what, b->error, b->call->want_error);
    snprintf(what, sizeof what, "%s (thread %d): detail", name, b->number);
    CHECK(what, b->detail, 0);
    if (!b->call->timed)
        return;
    long away = guest_away_ms();
    long most = away < 0 ? LONG_MAX : sleep_ms + away + SLACK_MS + (b->call->begins_anew ? sleep_ms : 0);
    // Timeouts in milliseconds may end up to one earlier by another clock than their own.
    snprintf(what, sizeof what, "%s (thread %d): milliseconds it took", name, b->number);
    CHECK_RANGE(what, (b->ended_ns - b->started_ns) / 1000000, sleep_ms - 1, most);
    if (b->realtime_target_ns != 0)
        CHECK_RANGE(what, b->realtime_ended_ns - b->realtime_target_ns, 0, INT64_MAX);
}

#endif
