// Restartable sequences stay registered by glibc for every thread: cpu_id follows the CPU.
#include "guest.h"
#include <sched.h>
#include <sys/rseq.h>

static struct rseq *own_rseq(void)
{
    return (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
}

static void set_up(int number)
{
    (void)number;
}

// Kernel rule: cpu_id is written whenever the thread returns to user mode after a move.
static void check(int number)
{
    cpu_set_t allowed, one;
    NEED(sched_getaffinity(0, sizeof allowed, &allowed));
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &allowed))
            continue;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        CHECK("sched_setaffinity", sched_setaffinity(0, sizeof one, &one), 0);
        volatile struct rseq *rseq = own_rseq();
        CHECK("cpu_id", (int)rseq->cpu_id, cpu);
        CHECK("cpu_id_start", rseq->cpu_id_start, cpu);
    }
    CHECK("affinity back", sched_setaffinity(0, sizeof allowed, &allowed), 0);
    // Registered already, at this place, with this signature: so says the kernel.
    CHECK_ERRNO("register again",
                syscall(SYS_rseq, own_rseq(), 32, 0, RSEQ_SIG), EBUSY);
    (void)number;
}

void setup(void)
{
    if (__rseq_size == 0)
        guest_skip("glibc has no rseq registered");
    guest_start_threads(4, set_up, check);
}

void sabotage(void)
{
    NEED(syscall(SYS_rseq, own_rseq(), 32, RSEQ_FLAG_UNREGISTER, RSEQ_SIG));
}

void verify(void)
{
    check(0);
    guest_join_threads();
}
