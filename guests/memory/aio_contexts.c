// Contexts of asynchronous I/O (io_setup) in which nothing is in flight: fresh, used, with unread events, with a ring that
// has wrapped, full, large. Their ids, positions, events and free slots are as they were, and they take requests.
#include "aio.h"

enum { MOST_UNREAD = 4096 };
static const struct kind { unsigned requests, used, unread; } KINDS[] = {
    {8, 0, 0}, {1, 100, 0}, {8, 0, 9}, {16, 120, 40}, {63, 300, 254}, {3000, 5000, MOST_UNREAD}, {64, 1000, 1},
};
enum { COUNT = sizeof KINDS / sizeof *KINDS };
static aio_context_t contexts[COUNT];
static unsigned heads[COUNT], tails[COUNT], unread[COUNT];
static char flags[COUNT][256];
static int ready;

static void fill(int index)
{
    aio_context_t context = contexts[index];
    struct aio_ring *ring = aio_ring(context);
    struct io_event event;
    for (unsigned i = 0; i < KINDS[index].used; i++) {
        NEED(aio_poll(context, ready, i));
        if (i % 2 == 0)
            ring->head = (ring->head + 1) % ring->nr; // as some programs read events themselves
        else if (aio_events(context, 1, &event) != 1)
            guest_die("no event");
    }
    while (unread[index] < KINDS[index].unread && aio_poll(context, ready, 1000000 + unread[index]) == 1)
        unread[index]++;
    heads[index] = ring->head;
    tails[index] = ring->tail;
}

void setup(void)
{
    ready = NEED(eventfd(1, 0));
    // an index of the kernel's table that is free again
    aio_context_t first = aio_new(4);
    for (int i = 0; i < COUNT; i++)
        contexts[i] = aio_new(KINDS[i].requests);
    NEED(syscall(SYS_io_destroy, first));
    for (int i = 0; i < COUNT; i++)
        fill(i);
    if (unread[3] != KINDS[3].unread || tails[3] > heads[3])
        guest_die("no wrapped ring: %u unread, %u to %u", unread[3], heads[3], tails[3]);
    for (int i = 0; i < COUNT; i++)
        guest_vma_flags(aio_ring(contexts[i]), flags[i], sizeof flags[i]);
}

void sabotage(void)
{
    struct io_event event;
    aio_events(contexts[2], 1, &event);
}

static void check(int index)
{
    static struct io_event events[MOST_UNREAD];
    aio_context_t context = contexts[index];
    struct aio_ring *ring = aio_ring(context);
    char now[256];
    guest_vma_flags(ring, now, sizeof now);
    CHECK_STRING("flags", now, flags[index]);
    CHECK("head", ring->head, heads[index]);
    CHECK("tail", ring->tail, tails[index]);
    CHECK("nothing to read but what there was", aio_events(context, MOST_UNREAD, events), unread[index]);
    for (unsigned i = 0; i < unread[index]; i++) {
        CHECK("number", events[i].data, 1000000 + i);
        CHECK("result", events[i].res, POLLIN);
    }
    CHECK("all slots are free", aio_capacity(context), aio_slots(context));
    CHECK("a new request", aio_poll(context, ready, 7), 1);
    CHECK("ends", syscall(SYS_io_getevents, context, 1L, 1L, events, NULL), 1);
    CHECK("as it should", events[0].data, 7);
}

void verify(void)
{
    for (int i = 0; i < COUNT; i++)
        check(i);
    for (int i = 0; i < COUNT; i++)
        CHECK("destroyed", syscall(SYS_io_destroy, contexts[i]), 0);
    CHECK("a new context", aio_new(8) != 0, 1);
}
