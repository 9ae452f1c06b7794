// The worker of self_checker that uses asynchronous I/O: one context that always has unread events and whose ring goes
// round and round, and one with a request in flight that ends within two milliseconds.
#ifndef AIO_CHECKS_H
#define AIO_CHECKS_H

#include "aio.h"
#include "vitals.h"
#include <sys/timerfd.h>

enum { AIO_UNREAD = 5 };
static aio_context_t aio_behind, aio_ahead;
static int aio_counting, aio_timer;
static uint64_t aio_next, aio_oldest;

static void aio_prepare(void)
{
    aio_behind = aio_new(8);
    aio_ahead = aio_new(8);
    aio_counting = NEED(eventfd(1, 0));
    aio_timer = NEED(timerfd_create(CLOCK_MONOTONIC, 0));
    while (aio_next < AIO_UNREAD)
        NEED(aio_poll(aio_behind, aio_counting, aio_next++));
}

// Takes the oldest event out of the ring itself, or lets the kernel do it.
static void aio_read_behind(struct worker *worker)
{
    struct aio_ring *ring = aio_ring(aio_behind);
    struct io_event event = ring->events[ring->head];
    unsigned unread = (ring->tail + ring->nr - ring->head) % ring->nr;
    if (unread != AIO_UNREAD + 1)
        worker_error(worker, WRONG_RESULT, unread);
    if (aio_oldest % 2 == 0)
        ring->head = (ring->head + 1) % ring->nr;
    else if (aio_events(aio_behind, 1, &event) != 1)
        worker_error(worker, errno, -1);
    if (event.data != aio_oldest || event.res != POLLIN)
        worker_error(worker, DETAIL_DIFFERS, (int64_t)event.data);
    aio_oldest++;
}

static void aio_once(struct worker *worker)
{
    int64_t start_ns = guest_now_ns(CLOCK_MONOTONIC);
    struct itimerspec soon = {.it_value = {0, 2000000}};
    timerfd_settime(aio_timer, 0, &soon, NULL);
    if (aio_poll(aio_ahead, aio_timer, aio_next) != 1)
        worker_error(worker, errno, 1);
    if (aio_poll(aio_behind, aio_counting, aio_next++) != 1)
        worker_error(worker, errno, 2);
    aio_read_behind(worker);
    struct io_event event = {0};
    long got = 0;
    struct timespec moment = {0, 500000};
    for (int i = 0; i < 4000 && got == 0; i++) {
        nanosleep(&moment, NULL);
        got = aio_events(aio_ahead, 1, &event);
    }
    if (got != 1 || event.data != aio_next - 1)
        worker_error(worker, got < 0 ? errno : DETAIL_DIFFERS, (int64_t)event.data);
    worker_tick(worker, (guest_now_ns(CLOCK_MONOTONIC) - start_ns) / 1000);
}

// Nothing is there but what must be, and no slot is lost.
static void aio_check_end(void)
{
    struct io_event events[AIO_UNREAD + 1];
    CHECK("unread", aio_events(aio_behind, AIO_UNREAD + 1, events), AIO_UNREAD);
    CHECK("nothing", aio_events(aio_ahead, 1, events), 0);
    CHECK("all slots are free", aio_capacity(aio_behind), aio_slots(aio_behind));
    CHECK("all slots are free", aio_capacity(aio_ahead), aio_slots(aio_ahead));
}

#endif
