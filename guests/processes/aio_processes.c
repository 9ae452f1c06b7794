// AIO contexts and processes: a forked child has the ring of its parent's context, but no context; it may have one of
// its own, and one that shares its parent's memory has the same contexts. The child's ring comes back as memory of its own, so that
// its mappings are not compared.
// needs: restless
// opt-out: executable: an executable holds one process
// opt-out: proof: its child's ring comes back as memory of its own, which is not alike
#include "aio.h"
#include <sched.h>
#include <sys/wait.h>

enum { INHERITED = 1, OWN, SHARED, DESTROY };
static aio_context_t parents, own;
static struct guest_child forked, sharer;
static int ready;

static void set_up_child(void)
{
    own = aio_new(8);
    NEED(aio_poll(own, ready, 5));
}

// What only a process with a context gets: 0 for the number of its event, else the error.
static long answer(int question)
{
    struct io_event event;
    aio_context_t context = question == INHERITED || question == SHARED ? parents : own;
    if (question == DESTROY)
        return syscall(SYS_io_destroy, parents) == 0 ? 0 : -errno;
    if (question == INHERITED && (aio_ring(parents)->magic != 0xa10a10a1 || aio_ring(parents)->tail != 3))
        return 1;
    long got = aio_events(context, 1, &event);
    return got == 1 ? (long)event.data : got == 0 ? 0 : -errno;
}

static int questions, answers;

static int serve(void *unused)
{
    (void)unused;
    guest_serve(questions, answers, NULL, answer);
}

void setup(void)
{
    static char stack[1 << 16] __attribute__((aligned(16)));
    ready = NEED(eventfd(1, 0));
    parents = aio_new(20);
    for (int i = 0; i < 3; i++)
        NEED(aio_poll(parents, ready, 1 + i));
    guest_start_child(&forked, set_up_child, answer);
    guest_child_pipes(&sharer, &questions, &answers);
    sharer.pid = NEED(clone(serve, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL));
    guest_await_child(&sharer);
}

void sabotage(void)
{
    struct io_event event;
    aio_events(parents, 1, &event);
}

void verify(void)
{
    CHECK("the child has no context of the parent's", guest_ask(&forked, INHERITED), -EINVAL);
    CHECK("nor can it destroy it", guest_ask(&forked, DESTROY), -EINVAL);
    CHECK("its own", guest_ask(&forked, OWN), 5);
    CHECK("no more", guest_ask(&forked, OWN), 0);
    struct io_event event;
    CHECK("the parent's", aio_events(parents, 1, &event), 1);
    CHECK("number", event.data, 1);
    CHECK("the same for who shares its memory", guest_ask(&sharer, SHARED), 2);
    CHECK("and back", aio_events(parents, 1, &event), 1);
    CHECK("number", event.data, 3);
    CHECK("exit", guest_end_child(&forked, 3), 3 << 8);
    CHECK("exit", guest_end_child(&sharer, 4), 4 << 8);
}
