// A process of one thread that is blocked in one kind of call: nobody else could take the injected
// calls. A helper thread says `ready` in mid-call and is gone. Calls that only another thread could
// end are ended by the handler of an interval timer, which restarts them (SA_RESTART) until `go`.
// needs: moving
// guest: nanosleep
// guest: nanosleep_rest
// guest: clock_nanosleep
// guest: clock_nanosleep_boottime
// guest: clock_nanosleep_until
// guest: clock_nanosleep_until_real
// guest: poll_timed
// guest: ppoll_timed
// guest: select_timed
// guest: pselect_timed
// guest: futex_timed
// guest: futex_until
// guest: epoll_wait_timed
// guest: epoll_pwait_timed
// guest: sigtimedwait
// guest: recvfrom_timed
// guest: timerfd_timed
// guest: read
// guest: write
// guest: accept
// guest: recvfrom
// guest: eventfd
// guest: timerfd
// guest: pause
// guest: sigsuspend
// guest: sigwaitinfo
// guest: inotify
// guest: signalfd
// opt-out: beside: the bound sockets of accept and recvfrom have their ports once
#include "blocked_calls.h"
#include <sys/time.h>

static struct blocked only;
static volatile bool released;

static void on_alarm(int signal)
{
    (void)signal;
    int error = errno;
    if (!released && guest_may_go()) {
        released = true;
        only.call->release(&only);
    }
    errno = error;
}

// pause, sigsuspend and sigwaitinfo have nothing to be restarted for: their own signal comes by a
// timer, once, while the guest is expected to be away or back.
static void release_by_timer(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = own_signal(&only)};
    struct itimerspec later = {.it_value = SLEEP};
    timer_t timer;
    NEED(timer_create(CLOCK_MONOTONIC, &event, &timer));
    NEED(timer_settime(timer, 0, &later, NULL));
}

static void release_by_handler(void)
{
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    struct itimerval often = {{0, 50000}, {0, 50000}};
    NEED(sigaction(SIGALRM, &action, NULL));
    NEED(setitimer(ITIMER_REAL, &often, NULL));
}

void setup(void)
{
    const char *name = guest_arg(0, "nanosleep");
    for (int i = 0; i < CALL_COUNT; i++)
        if (strcmp(CALLS[i].name, name) == 0)
            only.call = &CALLS[i];
    if (only.call == NULL)
        guest_die("no such call: %s", name);
    only.thread = pthread_self();
    block_own_signals();
    if (only.call->prepare != NULL)
        only.call->prepare(&only);
    guest_ready_after_ms(READY_AFTER_MS);
    if (only.call->release == send_own_signal && only.call->block != block_read_signalfd)
        release_by_timer();
    else if (only.call->release != NULL)
        release_by_handler();
    block_and_note(&only);
    struct itimerval none = {0};
    NEED(setitimer(ITIMER_REAL, &none, NULL));
}

void sabotage(void)
{
    only.error = EINTR + EAGAIN;
}

void verify(void)
{
    check_blocked(&only);
}
