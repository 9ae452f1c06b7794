// Two threads on one CPU that count without locks inside long restartable sequences: a thread that was
// stopped in one must go to its abort handler, or it stores a stale count and an increment is lost.
#include "guest.h"
#include <sched.h>
#include <sys/rseq.h>

enum { THREADS = 2 };

static volatile long counter;
static volatile long committed[THREADS], aborted[THREADS];
static volatile bool stopping;
static pthread_t threads[THREADS];

static struct rseq *own_rseq(void)
{
    return (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
}

// Loads the counter, dawdles, stores it plus one; false if it was broken off in between.
static __attribute__((noinline)) bool increment(void)
{
    void *cs = &own_rseq()->rseq_cs;
    asm goto(".pushsection __rseq_cs, \"aw\"\n"
             ".balign 32\n"
             "3: .long 0, 0\n" // version, flags; start, length, abort handler
             ".quad 1f, 2f - 1f, 4f\n"
             ".popsection\n"
             "lea 3b(%%rip), %%rax\n"
             "mov %%rax, (%[cs])\n"
             "1: mov %[counter], %%rax\n"
             "mov $40000, %%ecx\n"
             "5: dec %%ecx\n"
             "jnz 5b\n"
             "inc %%rax\n"
             "mov %%rax, %[counter]\n"
             "2:\n"
             ".pushsection .text.unlikely, \"ax\"\n"
             ".byte 0x0f, 0xb9, 0x3d\n" // the signature, as an operand of ud1
             ".long 0x53053053\n"
             "4: jmp %l[broken_off]\n"
             ".popsection\n"
             :
             : [cs] "r"(cs), [counter] "m"(counter)
             : "rax", "rcx", "memory", "cc"
             : broken_off);
    return true;
broken_off:
    return false;
}

static void *count(void *argument)
{
    long number = (long)argument;
    while (!stopping)
        if (increment())
            committed[number]++;
        else
            aborted[number]++;
    return NULL;
}

void setup(void)
{
    cpu_set_t allowed, one;
    if (__rseq_size == 0)
        guest_skip("glibc has no rseq registered");
    NEED(sched_getaffinity(0, sizeof allowed, &allowed));
    CPU_ZERO(&one);
    for (int cpu = 0; CPU_COUNT(&one) == 0; cpu++)
        if (CPU_ISSET(cpu, &allowed))
            CPU_SET(cpu, &one);
    NEED(sched_setaffinity(0, sizeof one, &one)); // the threads inherit it
    for (long i = 0; i < THREADS; i++)
        NEED_ZERO(pthread_create(&threads[i], NULL, count, (void *)i));
    NEED(sched_setaffinity(0, sizeof allowed, &allowed));
    while (committed[0] < 10 || committed[1] < 10)
        usleep(1000);
}

void sabotage(void)
{
    counter++;
}

void verify(void)
{
    long before[THREADS] = {committed[0], committed[1]};
    for (int i = 0; i < 5000 && (committed[0] < before[0] + 10 || committed[1] < before[1] + 10); i++)
        usleep(1000);
    stopping = true;
    for (int i = 0; i < THREADS; i++) {
        CHECK("join", pthread_join(threads[i], NULL), 0);
        CHECK("goes on", committed[i] >= before[i] + 10, 1);
    }
    CHECK("no increment lost", counter, committed[0] + committed[1]);
}
