// POSIX timers that expire all the time: their signals carry timer id, value and overruns, to the
// process, to one thread, and to a thread of glibc (SIGEV_THREAD).
// needs: moving
// opt-out: executable: it compares thread ids, which are new
#include "guest.h"

enum { PERIOD_MS = 20 };
static timer_t to_process, to_thread, by_thread;
static volatile long process_count, thread_count, call_count;
static volatile pid_t thread_tid;
static pthread_t thread;
static volatile bool stopping;

static void on_signal(int signal, siginfo_t *info, void *context)
{
    (void)context;
    bool own = signal == SIGRTMIN + 3;
    if (info->si_code != SI_TIMER)
        guest_fail("si_code: expected SI_TIMER got %d", info->si_code);
    if (info->si_int != (own ? 333 : 444))
        guest_fail("si_value: got %d", info->si_int);
    if (own && gettid() != thread_tid)
        guest_fail("signal for one thread: in another");
    own ? thread_count++ : process_count++;
}

static void on_call(union sigval value)
{
    call_count += value.sival_int == 555;
}

static void *receive(void *unused)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 3);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    thread_tid = gettid();
    while (!stopping)
        usleep(5000);
    return unused;
}

static void start(timer_t *timer, int notify, int signal, int value)
{
    struct sigevent event = {.sigev_notify = notify, .sigev_signo = signal};
    event.sigev_value.sival_int = value;
    if (notify == SIGEV_THREAD_ID)
        event._sigev_un._tid = thread_tid;
    if (notify == SIGEV_THREAD)
        event.sigev_notify_function = on_call;
    struct itimerspec period = {{0, PERIOD_MS * 1000000}, {0, PERIOD_MS * 1000000}};
    NEED(timer_create(CLOCK_MONOTONIC, &event, timer));
    NEED(timer_settime(*timer, 0, &period, NULL));
}

void setup(void)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigset_t set;
    guest_expect_signals();
    NEED(sigaction(SIGRTMIN + 3, &action, NULL));
    NEED(sigaction(SIGRTMIN + 4, &action, NULL));
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 3);
    NEED_ZERO(pthread_sigmask(SIG_BLOCK, &set, NULL));
    NEED_ZERO(pthread_create(&thread, NULL, receive, NULL));
    while (thread_tid == 0)
        usleep(1000);
    start(&to_process, SIGEV_SIGNAL, SIGRTMIN + 4, 444);
    start(&to_thread, SIGEV_THREAD_ID, SIGRTMIN + 3, 333);
    start(&by_thread, SIGEV_THREAD, 0, 555);
    usleep(100000);
}

void sabotage(void)
{
    NEED(timer_delete(to_thread));
}

static void expect_more(const char *what, volatile long *count)
{
    long before = *count;
    int64_t start = guest_now_ns(CLOCK_MONOTONIC);
    for (int i = 0; i < 2000 && *count < before + 5; i++)
        usleep(1000);
    CHECK(what, *count >= before + 5, 1);
    CHECK(what, guest_now_ns(CLOCK_MONOTONIC) - start > 3 * PERIOD_MS * 1000000LL, 1);
}

void verify(void)
{
    expect_more("to the process", &process_count);
    expect_more("to one thread", &thread_count);
    expect_more("by a thread", &call_count);
    stopping = true;
    CHECK("join", pthread_join(thread, NULL), 0);
}
