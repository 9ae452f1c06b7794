// A program that never stops checking itself, to be looked at from outside while it is checkpointed a
// thousand times, or while the tool dies at every step. Its counts are in DIR/vitals (vitals.h).
//
// `multi` has a thread in every kind of blocking call, one that spins with live vector registers
// under a 7 ms interval timer, two that play ping-pong over a condition variable, one that keeps
// changing and checking memory (argument 2: MiB). `restartable` leaves out the calls which any
// interruption ends with EINTR. `aio` has two threads that use asynchronous I/O, `faults`
// one whose page faults another serves, `rings` two that use io_urings. The other modes are a process of one thread.
// needs: moving
// guest: multi
// guest: restartable
// guest: spin
// guest: aio
// guest: faults
// guest: rings
// guest: nanosleep
// guest: clock_nanosleep_until
// guest: poll_timed
// guest: ppoll_timed
// guest: select_timed
// guest: futex_timed
// guest: epoll_wait_timed
// guest: epoll_pwait_timed
// guest: sigtimedwait
// guest: recvfrom_timed
// guest: timerfd_timed
// guest: read
// guest: eventfd
// guest: signalfd
// guest: inotify
// guest: pause
// guest: sigsuspend
// guest: sigwaitinfo
// opt-out: beside: the bound socket of recvfrom has its port once in a network namespace
// build: static
#include "aio_checks.h"
#include "blocked_calls.h"
#include "fault_checks.h"
#include "ring_checks.h"
#include "self_checks.h"
#include "vitals.h"

// Of a kernel with 100 Hz: a count of ticks is short by the part of the first that has passed, and late ticks come at once.
enum { TICK_US = 10000 };

static struct blocked blocked[CALL_COUNT];
static struct worker *worker_of[CALL_COUNT];
static pthread_t others[8];
static int blocked_count, other_count;
static bool needs_alarm = true;
static bool restartable, aio, faulting, ringing;
static volatile bool none_blocked;
static volatile int rounds[CALL_COUNT], released_rounds[CALL_COUNT];

// One call of one worker: as check_blocked() does it, with counters.
static void call_once(int index)
{
    struct blocked *b = &blocked[index];
    struct worker *worker = worker_of[index];
    b->detail = 0;
    b->handled = 0;
    rounds[index]++;
    block_and_note(b);
    if (b->call->block == block_pause && b->detail > 0)
        b->detail = 0; // its timer may have come before it
    int64_t us = (b->ended_ns - b->started_ns) / 1000;
    if (b->result != b->call->want_result || b->error != b->call->want_error)
        worker_error(worker, b->error, b->call->want_error == EINTR ? 0 : b->result);
    else if (b->detail != 0)
        worker_error(worker, DETAIL_DIFFERS, b->detail);
    else if (b->call->timed && us < sleep_ms * 1000 - (b->call->in_ticks ? TICK_US : 1000))
        worker_error(worker, TOO_SHORT, us);
    else if (b->realtime_target_ns > b->realtime_ended_ns)
        worker_error(worker, TOO_SHORT, b->realtime_ended_ns - b->realtime_target_ns);
    worker_tick(worker, us);
}

static void *call_repeatedly(void *index)
{
    while (!stopping)
        call_once((int)(long)index);
    return NULL;
}

// Ends the calls that have no timeout, each once a round.
static void release_all(void)
{
    for (int i = 0; i < blocked_count; i++)
        if (blocked[i].call->release != NULL && released_rounds[i] != rounds[i]) {
            released_rounds[i] = rounds[i];
            blocked[i].call->release(&blocked[i]);
        }
}

static void *release_repeatedly(void *unused)
{
    while (!none_blocked) {
        struct timespec moment = {0, 10000000};
        nanosleep(&moment, NULL);
        release_all();
    }
    return unused;
}

static void on_alarm(int signal)
{
    (void)signal;
    int error = errno;
    vitals->handler_runs++;
    if (!multi)
        release_all();
    errno = error;
}

static void add_blocked(const struct blocking_call *call)
{
    struct blocked *b = &blocked[blocked_count];
    b->call = call;
    b->number = blocked_count;
    b->thread = pthread_self();
    worker_of[blocked_count++] = worker_new(call->name);
    if (call->prepare != NULL)
        call->prepare(b);
}

static void start(const char *name, void *(*run)(void *))
{
    NEED_ZERO(pthread_create(&others[other_count++], NULL, run, worker_new(name)));
}

static void start_multi(void)
{
    for (int i = 0; i < CALL_COUNT; i++)
        if ((CALLS[i].timed || CALLS[i].again) && CALLS[i].block != block_pause
            && !(restartable && CALLS[i].plain_eintr))
            add_blocked(&CALLS[i]);
    for (long i = 0; i < blocked_count; i++)
        NEED_ZERO(pthread_create(&blocked[i].thread, NULL, call_repeatedly, (void *)i));
    NEED_ZERO(pthread_create(&others[other_count++], NULL, release_repeatedly, NULL));
    start("spin", spin_repeatedly);
    start("ping", play_ping);
    start("pong", play_pong);
    start("memory", change_memory);
}

// The own signal of pause, sigsuspend and sigwaitinfo comes from a timer, all else from the handler.
static void start_single(const char *name)
{
    for (int i = 0; i < CALL_COUNT; i++)
        if (strcmp(CALLS[i].name, name) == 0)
            add_blocked(&CALLS[i]);
    if (blocked_count == 0)
        guest_die("no such call: %s", name);
    // Timed calls are alone with the tracer: a handler would end them with EINTR by right.
    needs_alarm = blocked[0].call->release != NULL;
    if (blocked[0].call->release != send_own_signal || blocked[0].call->block == block_read_signalfd)
        return;
    needs_alarm = false;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = own_signal(&blocked[0])};
    struct itimerspec often = {{0, 15000000}, {0, 15000000}};
    timer_t timer;
    NEED(timer_create(CLOCK_MONOTONIC, &event, &timer));
    NEED(timer_settime(timer, 0, &often, NULL));
    released_rounds[0] = INT_MAX;
}

static struct aio_user aio_of_process;

static void start_aio(void)
{
    aio_prepare(&aio_of_process);
    aio_prepare(&aio_of_thread);
    start("aio thread", aio_repeatedly);
}

static void start_faults(void)
{
    faults_prepare();
    start("server of faults", faults_serve_all);
}

static struct ring_user ring_of_process;

static void start_rings(void)
{
    ring_prepare(&ring_of_process, 0);
    start("thread with a ring", rings_repeatedly);
}

void setup(void)
{
    const char *mode = guest_arg(0, "multi");
    restartable = strcmp(mode, "restartable") == 0;
    multi = restartable || strcmp(mode, "multi") == 0;
    sleep_ms = 20;
    vitals_open();
    block_own_signals();
    struct worker *process = worker_new("process");
    process_checks_prepare(on_alarm, atol(guest_arg(1, "8")));
    bool spinning = strcmp(mode, "spin") == 0;
    aio = strcmp(mode, "aio") == 0;
    faulting = strcmp(mode, "faults") == 0;
    ringing = strcmp(mode, "rings") == 0;
    if (multi)
        start_multi();
    else if (aio)
        start_aio();
    else if (faulting)
        start_faults();
    else if (ringing)
        start_rings();
    else if (!spinning)
        start_single(mode);
    if (needs_alarm)
        alarm_start();
    struct worker *spinner = spinning || aio || faulting || ringing ? worker_new(mode) : NULL;
    while (!guest_may_go()) {
        if (all_have_ticked())
            guest_ready();
        if (multi)
            nap_and_check(process);
        else if (spinning)
            spin_once(spinner);
        else if (aio)
            aio_once(&aio_of_process, spinner);
        else if (faulting)
            faults_once(spinner);
        else if (ringing)
            ring_once(&ring_of_process, spinner);
        else
            call_once(0);
        process_checks(process);
    }
    alarm_stop();
}

void sabotage(void)
{
    worker_error(&vitals->workers[0], EINTR, -1);
}

void verify(void)
{
    stopping = true;
    for (int i = 0; multi && i < blocked_count; i++)
        CHECK("join", pthread_join(blocked[i].thread, NULL), 0);
    none_blocked = true; // one may have begun another round long after it saw that there was time
    for (int i = 0; i < other_count; i++)
        CHECK("join", pthread_join(others[i], NULL), 0);
    for (int i = 0; aio && i < 2; i++)
        aio_check_end(i == 0 ? &aio_of_process : &aio_of_thread);
    workers_check();
}
