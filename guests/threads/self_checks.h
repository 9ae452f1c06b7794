// What self_checker does besides blocking: spinning, ping-pong, memory, and looks at the process.
#ifndef SELF_CHECKS_H
#define SELF_CHECKS_H

#include "guest.h"
#include "vitals.h"
#include <sys/time.h>
#include <sys/wait.h>

static bool multi;
static volatile bool stopping;
static void (*alarm_handler)(int);
static uint32_t *memory;
static size_t memory_pages;

// ---- spinning

// Some milliseconds of arithmetic while sixteen vector registers hold a pattern.
static uint64_t spin_with(const uint8_t *in, uint8_t *out)
{
    uint64_t sum = 1, turns = 300000;
#define EACH(op)                                                                                   \
    op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) op(8) op(9) op(10) op(11) op(12) op(13) op(14) \
    op(15)
#define LOAD(n) "vmovups 32*" #n "(%[in]), %%ymm" #n "\n"
#define STORE(n) "vmovups %%ymm" #n ", 32*" #n "(%[out])\n"
#define LOAD_SSE(n) "movups 32*" #n "(%[in]), %%xmm" #n "\n"
#define STORE_SSE(n) "movups %%xmm" #n ", 32*" #n "(%[out])\n"
#define LOOP "1: imul %[factor], %[sum]\n add $12345, %[sum]\n dec %[turns]\n jnz 1b\n"
#define CLOBBERS                                                                                   \
    "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",        \
        "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"
    if (__builtin_cpu_supports("avx"))
        asm volatile(EACH(LOAD) LOOP EACH(STORE) "vzeroupper\n"
                     : [sum] "+r"(sum), [turns] "+r"(turns)
                     : [in] "r"(in), [out] "r"(out), [factor] "r"(6364136223846793005ULL)
                     : CLOBBERS);
    else
        asm volatile(EACH(LOAD_SSE) LOOP EACH(STORE_SSE)
                     : [sum] "+r"(sum), [turns] "+r"(turns)
                     : [in] "r"(in), [out] "r"(out), [factor] "r"(6364136223846793005ULL)
                     : CLOBBERS);
    return sum;
}

static void spin_once(struct worker *worker)
{
    static uint64_t expected;
    static int64_t ended_ns; // the last round: the longest gap may lie between two
    uint8_t in[512], out[512];
    if (ended_ns == 0)
        ended_ns = guest_now_ns(CLOCK_MONOTONIC);
    guest_fill(in, sizeof in, (uint64_t)worker->ticks);
    memcpy(out, in, sizeof out); // SSE leaves the upper halves alone
    for (int i = 0; i < 16; i++)
        memset(out + 32 * i, 0, 16);
    uint64_t sum = spin_with(in, out);
    if (expected == 0)
        expected = sum;
    if (sum != expected)
        worker_error(worker, WRONG_RESULT, (int64_t)sum);
    if (memcmp(in, out, sizeof in) != 0)
        worker_error(worker, WRONG_RESULT, -1);
    int64_t now_ns = guest_now_ns(CLOCK_MONOTONIC);
    worker_tick(worker, (now_ns - ended_ns) / 1000);
    ended_ns = now_ns;
}

static void *spin_repeatedly(void *worker)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL); // the handler runs here, on top of live registers
    while (!stopping) {
        for (int i = 0; i < 8; i++)
            spin_once(worker);
        usleep(2000); // leave something of a small machine to others
    }
    return NULL;
}

// ---- ping-pong

static pthread_mutex_t ball_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ball_moved = PTHREAD_COND_INITIALIZER;
static long ball;

static void *play(struct worker *worker, int side)
{
    while (!stopping) {
        int64_t start = guest_now_ns(CLOCK_MONOTONIC);
        int error = pthread_mutex_lock(&ball_lock);
        while (ball % 2 != side && !stopping)
            error += pthread_cond_wait(&ball_moved, &ball_lock);
        ball++;
        pthread_cond_signal(&ball_moved);
        error += pthread_mutex_unlock(&ball_lock);
        if (side == 0)
            usleep(3000); // or they would have a CPU to themselves
        if (error != 0)
            worker_error(worker, error, ball);
        worker_tick(worker, (guest_now_ns(CLOCK_MONOTONIC) - start) / 1000);
    }
    pthread_cond_signal(&ball_moved);
    return NULL;
}

static void *play_ping(void *worker)
{
    return play(worker, 0);
}

static void *play_pong(void *worker)
{
    return play(worker, 1);
}

// ---- memory

enum { PAGE_WORDS = 1024 };

// Each page holds its number and its generation in its first word and a function of both in another.
static void *change_memory(void *argument)
{
    struct worker *worker = argument;
    uint64_t random = 1;
    while (!stopping) {
        for (int i = 0; i < 64; i++) {
            random = random * 6364136223846793005ULL + 1442695040888963407ULL;
            size_t page = (random >> 33) % memory_pages;
            uint32_t *words = memory + page * PAGE_WORDS;
            size_t other = 1 + words[0] * 31 % (PAGE_WORDS - 1);
            if (words[0] != 0 && words[other] != words[0] * 2654435761u + page)
                worker_error(worker, MEMORY_DIFFERS, (int64_t)page);
            words[0]++;
            words[1 + words[0] * 31 % (PAGE_WORDS - 1)] = (uint32_t)(words[0] * 2654435761u + page);
        }
        usleep(2000);
        worker_tick(worker, 0);
    }
    return NULL;
}

// ---- the process

static void process_checks_prepare(void (*handler)(int), long megabytes)
{
    alarm_handler = handler;
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    NEED(sigaction(SIGALRM, &action, NULL));
    signal(SIGTRAP, SIG_IGN);
    memory_pages = (size_t)megabytes << 8;
    memory = NEED(mmap(NULL, memory_pages << 12, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    if (multi)
        sigaddset(&set, SIGALRM); // only the spinning thread takes it
    NEED_ZERO(pthread_sigmask(SIG_BLOCK, &set, NULL));
}

static void set_alarm(long us)
{
    struct itimerval often = {{0, us}, {0, us}};
    NEED(setitimer(ITIMER_REAL, &often, NULL));
}

static void alarm_start(void)
{
    set_alarm(7000);
}

static void alarm_stop(void)
{
    set_alarm(0);
}

static void process_checks(struct worker *worker)
{
    struct sigaction action;
    sigset_t mask;
    int saved = errno;
    if (waitpid(-1, NULL, WNOHANG | __WALL) != -1 || errno != ECHILD)
        worker_error(worker, CHILD_SEEN, errno);
    sigaction(SIGTRAP, NULL, &action);
    if (action.sa_handler != SIG_IGN)
        worker_error(worker, SIGNAL_STATE, SIGTRAP);
    sigaction(SIGALRM, NULL, &action);
    if (action.sa_handler != alarm_handler || !(action.sa_flags & SA_RESTART))
        worker_error(worker, SIGNAL_STATE, SIGALRM);
    sigaction(SIGSEGV, NULL, &action);
    if (action.sa_handler != SIG_DFL)
        worker_error(worker, SIGNAL_STATE, SIGSEGV);
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    if (!sigismember(&mask, SIGUSR2) || sigismember(&mask, SIGUSR1) || sigismember(&mask, SIGTERM)
        || sigismember(&mask, SIGALRM) != multi)
        worker_error(worker, SIGNAL_STATE, 0);
    errno = saved;
    worker_tick(worker, 0);
}

static void nap_and_check(struct worker *worker)
{
    struct timespec nap = {0, 20000000};
    int64_t start = guest_now_ns(CLOCK_MONOTONIC);
    if (nanosleep(&nap, NULL) != 0)
        worker_error(worker, errno, 0);
    int64_t us = (guest_now_ns(CLOCK_MONOTONIC) - start) / 1000;
    if (us < 20000)
        worker_error(worker, TOO_SHORT, us);
    worker_tick(worker, us);
}

#endif
