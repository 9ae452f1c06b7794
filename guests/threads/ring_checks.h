// Workers of self_checker that use io_urings, one that all may use and one that is a thread's own: each always has unread completions,
// nothing in flight for longer than a call, and goes round and round.
#ifndef RING_CHECKS_H
#define RING_CHECKS_H

#include "self_checks.h"
#include "uring.h"
#include "vitals.h"

enum { RING_UNREAD = 5, RING_ENTRIES = 8 };

struct ring_user {
    struct uring ring;
    uint64_t next, oldest;
};

static void ring_submit(struct ring_user *r, struct worker *worker)
{
    uring_nop(&r->ring, r->next++, 0);
    if (uring_submit(&r->ring, 0) != 1)
        worker_error(worker, errno, 1);
}

static void ring_prepare(struct ring_user *r, unsigned flags)
{
    uring_setup(&r->ring, RING_ENTRIES, 0, flags);
    while (r->next < RING_UNREAD) {
        uring_nop(&r->ring, r->next++, 0);
        if (uring_submit(&r->ring, 0) != 1)
            guest_die("a NOP: %s", strerror(errno));
    }
}

static void ring_once(struct ring_user *r, struct worker *worker)
{
    int64_t start_ns = guest_now_ns(CLOCK_MONOTONIC);
    for (int i = 0; i < 5; i++) {
        ring_submit(r, worker);
        if (uring_unread(&r->ring) != RING_UNREAD + 1)
            worker_error(worker, WRONG_RESULT, uring_unread(&r->ring));
        struct io_uring_cqe *oldest = uring_peek(&r->ring, 0);
        if (oldest->user_data != r->oldest || oldest->res != 0)
            worker_error(worker, DETAIL_DIFFERS, (int64_t)oldest->user_data);
        r->oldest++;
        uring_seen(&r->ring, 1);
    }
    struct timespec moment = {0, 2000000}; // a ring that millions have gone through takes a restore long
    nanosleep(&moment, NULL);
    worker_tick(worker, (guest_now_ns(CLOCK_MONOTONIC) - start_ns) / 1000);
}

static struct ring_user ring_of_thread;

// The ring is its own: it makes it itself.
static void *rings_repeatedly(void *worker)
{
    ring_prepare(&ring_of_thread, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
    while (!stopping)
        ring_once(&ring_of_thread, worker);
    return NULL;
}

#endif
