// Threads that wait for events of AIO contexts in which nothing is in flight: without a timeout, with one, with a signal
// mask. They go on waiting, and get what is submitted later.
// needs: moving
#include "aio.h"

enum { COUNT = 4 };
static aio_context_t contexts[COUNT];
static long results[COUNT];
static struct io_event events[COUNT][2];
static int ready;
static bool left_alone;

static struct timespec an_hour = {3600, 0};
static sigset_t blocked;

static void *wait_for_events(void *number)
{
    long i = (long)number;
    struct {
        const sigset_t *mask;
        size_t size;
    } signals = {&blocked, 8};
    if (i == 0)
        results[i] = syscall(SYS_io_getevents, contexts[i], 2L, 2L, events[i], NULL);
    else if (i == 1)
        results[i] = syscall(SYS_io_getevents, contexts[i], 1L, 2L, events[i], &an_hour);
    else if (i == 2)
        results[i] = syscall(SYS_io_pgetevents, contexts[i], 1L, 2L, events[i], NULL, &signals);
    else
        results[i] = syscall(SYS_io_pgetevents, contexts[i], 1L, 2L, events[i], &an_hour, NULL);
    return NULL;
}

static pthread_t threads[COUNT];

void setup(void)
{
    ready = NEED(eventfd(1, 0));
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    for (long i = 0; i < COUNT; i++) {
        contexts[i] = aio_new(8);
        NEED_ZERO(pthread_create(&threads[i], NULL, wait_for_events, (void *)i));
    }
    guest_ready_after_ms(50);
}

void sabotage(void)
{
    left_alone = true;
}

void verify(void)
{
    for (int i = 0; i < COUNT; i++) {
        CHECK("still waits", pthread_tryjoin_np(threads[i], NULL), EBUSY);
        CHECK("submitted", aio_poll(contexts[i], ready, 10 + i), 1);
    }
    CHECK("one more", left_alone ? 0 : aio_poll(contexts[0], ready, 20), 1);
    if (left_alone)
        return;
    for (int i = 0; i < COUNT; i++) {
        CHECK("join", pthread_join(threads[i], NULL), 0);
        CHECK("events", results[i], i == 0 ? 2 : 1);
        CHECK("number", events[i][0].data, 10 + i);
    }
    CHECK("the second number", events[0][1].data, 20);
}
