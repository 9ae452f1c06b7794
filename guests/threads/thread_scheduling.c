// Scheduling is a thread's own: policy and priority, nice value, affinity, timer slack, I/O priority.
// needs: root
#include "guest.h"
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum { THREADS = 5, IOPRIO_WHO_PROCESS = 1, IOPRIO_BE = 2 };

static const int POLICIES[] = {SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_RR, SCHED_FIFO};
static bool real_time; // not where the cgroup has no share of it
static cpu_set_t allowed;

static int policy_of(int number)
{
    int policy = POLICIES[number];
    return real_time || (policy != SCHED_RR && policy != SCHED_FIFO) ? policy : SCHED_OTHER;
}

static int priority_of(int number)
{
    int policy = policy_of(number);
    return policy == SCHED_RR ? 5 : policy == SCHED_FIFO ? 9 : 0;
}

static void cpus_of(int number, cpu_set_t *set)
{
    *set = allowed;
    if (number % 2 == 0)
        return;
    CPU_ZERO(set); // the last one that is allowed
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--)
        if (CPU_ISSET(cpu, &allowed)) {
            CPU_SET(cpu, set);
            return;
        }
}

static void set_up(int number)
{
    cpu_set_t cpus;
    cpus_of(number, &cpus);
    NEED(sched_setaffinity(0, sizeof cpus, &cpus));
    NEED(setpriority(PRIO_PROCESS, (id_t)gettid(), number * 2 + 1));
    NEED(prctl(PR_SET_TIMERSLACK, 60000UL + (unsigned long)number));
    NEED(syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_BE << 13 | (number + 1)));
    struct sched_param param = {priority_of(number)};
    NEED(sched_setscheduler(0, policy_of(number) | (number == 4 ? SCHED_RESET_ON_FORK : 0), &param));
}

static void check(int number)
{
    cpu_set_t got, want;
    struct sched_param param;
    cpus_of(number, &want);
    CHECK("sched_getaffinity", sched_getaffinity(0, sizeof got, &got), 0);
    CHECK("affinity", CPU_EQUAL(&got, &want), 1);
    CHECK("nice", getpriority(PRIO_PROCESS, (id_t)gettid()), number * 2 + 1);
    int policy = policy_of(number);
    // A real-time thread has no slack; the kernel keeps what it had for later.
    if (policy != SCHED_RR && policy != SCHED_FIFO)
        CHECK("timer slack", prctl(PR_GET_TIMERSLACK), 60000 + number);
    CHECK("I/O priority", syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0),
          IOPRIO_BE << 13 | (number + 1));
    CHECK("policy", sched_getscheduler(0), policy | (number == 4 ? SCHED_RESET_ON_FORK : 0));
    CHECK("sched_getparam", sched_getparam(0, &param), 0);
    CHECK("priority", param.sched_priority, priority_of(number));
}

void setup(void)
{
    struct sched_param param = {1};
    NEED(sched_getaffinity(0, sizeof allowed, &allowed));
    if (setpriority(PRIO_PROCESS, 0, 0) != 0)
        guest_skip("cannot raise its own priority");
    real_time = sched_setscheduler(0, SCHED_RR, &param) == 0;
    param.sched_priority = 0;
    NEED(sched_setscheduler(0, SCHED_OTHER, &param));
    guest_start_threads(THREADS, set_up, check);
    set_up(1);
}

void sabotage(void)
{
    NEED(setpriority(PRIO_PROCESS, 0, 12));
}

void verify(void)
{
    check(1);
    guest_join_threads();
}
