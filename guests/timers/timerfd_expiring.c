// One-shot timerfds that expire all the time, armed again by the threads that read them: caught at the very moment of
// their expiry, when the kernel tells of no time left and of no tick yet, they must expire all the same.
// needs: moving
#include "guest.h"
#include <pthread.h>
#include <sys/timerfd.h>

// Some of them expire at any instant of a freeze.
enum { THREADS = 32, LEAST_NANOS = 100000, MORE_NANOS = 10000000 };
static int timers[THREADS];
static _Atomic long expired[THREADS];
static _Atomic bool ending;

static void *expire(void *argument)
{
    long number = (long)argument;
    uint64_t ticks;
    unsigned random = number;
    while (!ending) {
        struct itimerspec soon = {.it_value.tv_nsec = LEAST_NANOS + rand_r(&random) % MORE_NANOS};
        NEED(timerfd_settime(timers[number], 0, &soon, NULL));
        if (read(timers[number], &ticks, sizeof ticks) == sizeof ticks && ticks == 1)
            expired[number]++;
    }
    return NULL;
}

static pthread_t threads[THREADS];

void setup(void)
{
    for (long i = 0; i < THREADS; i++) {
        timers[i] = NEED(timerfd_create(i % 2 ? CLOCK_MONOTONIC : CLOCK_BOOTTIME, TFD_CLOEXEC));
        NEED(-pthread_create(&threads[i], NULL, expire, (void *)i));
    }
    usleep(10000);
}

void sabotage(void)
{
    ending = true;
}

void verify(void)
{
    for (int i = 0; i < THREADS; i++)
        guest_check_goes_on("expires", &expired[i], 2);
}
