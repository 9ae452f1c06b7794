// POSIX timers: their ids (with gaps), clocks, intervals, what is left, how they notify; armed and not.
// The periods are long, for tests that take hours: nothing expires unless somebody sets a timer anew wrongly.
// needs: linux-6.15
// opt-out: executable: a clock of another thread's processor time is named by its id, which is a new one
#include "guest.h"

struct timer_row {
    clockid_t clock;
    int notify, signal;
    long seconds, interval_ms;
};
static const struct timer_row ROWS[] = {
    {CLOCK_MONOTONIC, SIGEV_SIGNAL, 40, 50000, 250000},
    {CLOCK_REALTIME, SIGEV_SIGNAL, SIGUSR1, 60000, 0},
    {CLOCK_BOOTTIME, SIGEV_NONE, 0, 70000, 1500},
    {CLOCK_MONOTONIC, SIGEV_THREAD_ID, 41, 80000, 60000},
    {CLOCK_PROCESS_CPUTIME_ID, SIGEV_SIGNAL, 42, 90000, 1000},
    {CLOCK_THREAD_CPUTIME_ID, SIGEV_SIGNAL, 43, 95000, 0},
    {CLOCK_MONOTONIC, SIGEV_SIGNAL, 44, 0, 0}, // never armed
    {CLOCK_REALTIME, SIGEV_NONE, 0, 100, 0},
};
enum { COUNT = sizeof ROWS / sizeof *ROWS };

// The kernel's ids, not glibc's handles: the calls are made directly.
static int ids[COUNT];
static long long left_before[COUNT];
static int64_t then_ns;
static pid_t helper_tid;

static int create(int i)
{
    struct sigevent event = {.sigev_notify = ROWS[i].notify, .sigev_signo = ROWS[i].signal};
    event.sigev_value.sival_int = 600 + i;
    if (ROWS[i].notify == SIGEV_THREAD_ID)
        event._sigev_un._tid = helper_tid;
    int id = -1;
    NEED(syscall(SYS_timer_create, ROWS[i].clock, &event, &id));
    return id;
}

static long long left_ms(int id, struct itimerspec *setting)
{
    CHECK("timer_gettime", syscall(SYS_timer_gettime, id, setting), 0);
    return setting->it_value.tv_sec * 1000LL + setting->it_value.tv_nsec / 1000000;
}

static void nothing(int number)
{
    (void)number;
}

void setup(void)
{
    struct itimerspec setting;
    guest_start_threads(1, nothing, nothing);
    helper_tid = guest_thread_tid(0);
    for (int i = 0; i < COUNT; i++) {
        int gap = create(i); // every other id is free afterwards
        ids[i] = create(i);
        NEED(syscall(SYS_timer_delete, gap));
        setting = (struct itimerspec){
            .it_value.tv_sec = ROWS[i].seconds,
            .it_interval = {ROWS[i].interval_ms / 1000, ROWS[i].interval_ms % 1000 * 1000000},
        };
        NEED(syscall(SYS_timer_settime, ids[i], 0, &setting, NULL));
    }
    then_ns = guest_now_ns(CLOCK_MONOTONIC);
    for (int i = 0; i < COUNT; i++)
        left_before[i] = left_ms(ids[i], &setting);
}

void sabotage(void)
{
    NEED(syscall(SYS_timer_delete, ids[2]));
}

void verify(void)
{
    struct itimerspec setting;
    long away = guest_away_ms();
    for (int i = 0; i < COUNT; i++) {
        long passed = (guest_now_ns(CLOCK_MONOTONIC) - then_ns) / 1000000;
        long long left = left_ms(ids[i], &setting);
        bool cpu = ROWS[i].clock == CLOCK_PROCESS_CPUTIME_ID
                   || ROWS[i].clock == CLOCK_THREAD_CPUTIME_ID;
        if (ROWS[i].seconds == 0)
            CHECK("left of an unarmed one", left, 0);
        else // whether the time away counts is for the user to choose: both are right here
            CHECK_RANGE("left", left, left_before[i] - passed - 200,
                        left_before[i] - (cpu || away < 0 ? 0 : passed - away) + 200);
        CHECK("interval", setting.it_interval.tv_sec * 1000 + setting.it_interval.tv_nsec / 1000000,
              ROWS[i].seconds == 0 ? 0 : ROWS[i].interval_ms);
        CHECK("overruns", syscall(SYS_timer_getoverrun, ids[i]), 0);
    }
    CHECK_ERRNO("a gap is a gap", syscall(SYS_timer_gettime, ids[1] - 1, &setting), EINVAL);
    int next = create(0);
    CHECK("ids go on", next > ids[COUNT - 1], 1);
    guest_join_threads();
}
