// Threads that wait for completions of io_urings in which nothing is in flight: of one that all may use, and of one that is a thread's own.
// They go on waiting, and get what comes later: a request of another thread, and a message from another ring.
// needs: moving
#include "uring.h"
#include <stdatomic.h>

enum { COUNT = 2 };
static struct uring rings[COUNT], sender;
static long results[COUNT];
static unsigned unread[COUNT];
static uint64_t numbers[COUNT];
static bool left_alone;
static atomic_int begun;
static pthread_t threads[COUNT];

static void *wait_for_completions(void *number)
{
    long i = (long)number;
    uring_setup(&rings[i], 8, 0, i == 0 ? 0 : IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
    uring_use(&rings[i], 100 + i);
    begun++;
    results[i] = syscall(SYS_io_uring_enter, rings[i].fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0);
    unread[i] = uring_unread(&rings[i]);
    numbers[i] = uring_peek(&rings[i], 0)->user_data;
    return NULL;
}

void setup(void)
{
    uring_setup(&sender, 8, 0, 0);
    for (long i = 0; i < COUNT; i++)
        NEED_ZERO(pthread_create(&threads[i], NULL, wait_for_completions, (void *)i));
    while (begun < COUNT)
        usleep(1000);
    guest_ready_after_ms(50);
}

void sabotage(void)
{
    left_alone = true;
}

void verify(void)
{
    for (int i = 0; i < COUNT; i++)
        CHECK("still waits", pthread_tryjoin_np(threads[i], NULL), EBUSY);
    uring_nop(&rings[0], 10, 0);
    CHECK("submitted", uring_submit(&rings[0], 0), 1);
    *uring_next(&sender) = (struct io_uring_sqe){.opcode = IORING_OP_MSG_RING, .fd = rings[1].fd, .off = 11, .user_data = 12};
    CHECK("sent", left_alone ? 0 : uring_submit(&sender, 1), 1);
    if (left_alone)
        return;
    CHECK("sent", uring_peek(&sender, 0)->res, 0);
    for (int i = 0; i < COUNT; i++) {
        CHECK("join", pthread_join(threads[i], NULL), 0);
        CHECK("result", results[i], 0);
        CHECK("unread", unread[i], 1);
        CHECK("number", numbers[i], 10 + i);
    }
}
