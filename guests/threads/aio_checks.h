// Workers of self_checker that use asynchronous I/O: one context that always has unread events and whose ring goes
// round and round, and one with a request in flight that ends within two milliseconds.
#ifndef AIO_CHECKS_H
#define AIO_CHECKS_H

#include "aio.h"
#include "self_checks.h"
#include "vitals.h"
#include <sys/timerfd.h>

enum { AIO_UNREAD = 5, AIO_REQUESTS = 8 };

struct aio_user {
    aio_context_t behind, ahead;
    int counting, timer;
    uint64_t next, oldest;
};

static void aio_prepare(struct aio_user *a)
{
    a->behind = aio_new(AIO_REQUESTS);
    a->ahead = aio_new(AIO_REQUESTS);
    a->counting = NEED(eventfd(1, 0));
    a->timer = NEED(timerfd_create(CLOCK_MONOTONIC, 0));
    while (a->next < AIO_UNREAD)
        NEED(aio_poll(a->behind, a->counting, a->next++));
}

// Takes the oldest event out of the ring itself, or lets the kernel do it.
static void aio_read_behind(struct aio_user *a, struct worker *worker)
{
    struct aio_ring *ring = aio_ring(a->behind);
    struct io_event event = ring->events[ring->head];
    unsigned unread = (ring->tail + ring->nr - ring->head) % ring->nr;
    if (unread != AIO_UNREAD + 1)
        worker_error(worker, WRONG_RESULT, unread);
    if (a->oldest % 2 == 0)
        ring->head = (ring->head + 1) % ring->nr;
    else if (aio_events(a->behind, 1, &event) != 1)
        worker_error(worker, errno, -1);
    if (event.data != a->oldest || event.res != POLLIN)
        worker_error(worker, DETAIL_DIFFERS, (int64_t)event.data);
    a->oldest++;
}

static void aio_once(struct aio_user *a, struct worker *worker)
{
    int64_t start_ns = guest_now_ns(CLOCK_MONOTONIC);
    struct itimerspec soon = {.it_value = {0, 2000000}};
    timerfd_settime(a->timer, 0, &soon, NULL);
    if (aio_poll(a->ahead, a->timer, a->next) != 1)
        worker_error(worker, errno, 1);
    if (aio_poll(a->behind, a->counting, a->next++) != 1)
        worker_error(worker, errno, 2);
    aio_read_behind(a, worker);
    struct io_event event = {0};
    long got = 0;
    struct timespec moment = {0, 500000};
    for (int i = 0; i < 4000 && got == 0; i++) {
        nanosleep(&moment, NULL);
        got = aio_events(a->ahead, 1, &event);
        if (got < 0 && errno == EINTR)
            got = 0; // the alarm's: it says so even if it is not to wait
    }
    if (got != 1 || event.data != a->next - 1)
        worker_error(worker, got < 0 ? errno : DETAIL_DIFFERS, (int64_t)event.data);
    worker_tick(worker, (guest_now_ns(CLOCK_MONOTONIC) - start_ns) / 1000);
}

static struct aio_user aio_of_thread;

static void *aio_repeatedly(void *worker)
{
    while (!stopping)
        aio_once(&aio_of_thread, worker);
    return NULL;
}

// Nothing is there but what must be, and no slot is lost.
static void aio_check_end(struct aio_user *a)
{
    struct io_event events[AIO_UNREAD + 1];
    CHECK("unread", aio_events(a->behind, AIO_UNREAD + 1, events), AIO_UNREAD);
    CHECK("nothing", aio_events(a->ahead, 1, events), 0);
    CHECK("all slots are free", aio_capacity(a->behind), aio_slots(a->behind));
    CHECK("all slots are free", aio_capacity(a->ahead), aio_slots(a->ahead));
}

#endif
