// Children watch what they have closed themselves and only others keep: what their parent has, what a sibling has, and through a set
// that they have from their parent.
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

enum { PIPE_DATA = 11, EVENT_DATA, NESTED_DATA, READY = 1, KEEP };

static int kept_pipe[2], siblings, nested, inherited;
static int set = -1;
static struct guest_child watcher, sibling;

static void add(int to, int file, uint64_t data)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = data};
    NEED(epoll_ctl(to, EPOLL_CTL_ADD, file, &event));
}

static void watch(void)
{
    set = NEED(epoll_create1(EPOLL_CLOEXEC));
    add(set, kept_pipe[0], PIPE_DATA);
    add(set, siblings, EVENT_DATA);
    int inner = NEED(epoll_create1(0));
    add(inner, nested, NESTED_DATA);
    add(set, inner, NESTED_DATA);
    close(inner), close(kept_pipe[0]), close(kept_pipe[1]), close(siblings), close(nested);
    add(inherited, set, NESTED_DATA);
}

// Bits of those that are ready.
static long answer(int question)
{
    if (question == KEEP)
        return NEED(eventfd_write(siblings, 1));
    struct epoll_event events[8];
    long ready = 0;
    int count = epoll_wait(set, events, 8, 0);
    for (int i = 0; i < count; i++)
        ready |= 1L << events[i].data.u64;
    return ready;
}

void setup(void)
{
    NEED(pipe(kept_pipe));
    siblings = NEED(eventfd(0, EFD_NONBLOCK));
    nested = NEED(eventfd(0, EFD_NONBLOCK));
    inherited = NEED(epoll_create1(0));
    guest_start_child(&watcher, watch, answer);
    guest_start_child(&sibling, NULL, answer);
    close(siblings);
}

void sabotage(void)
{
    NEED(write(kept_pipe[1], "x", 1));
}

void verify(void)
{
    CHECK("nothing is ready", guest_ask(&watcher, READY), 0);
    NEED(write(kept_pipe[1], "x", 1));
    CHECK("what the parent keeps", guest_ask(&watcher, READY), 1 << PIPE_DATA);
    guest_ask(&sibling, KEEP);
    CHECK("what the sibling keeps", guest_ask(&watcher, READY), 1 << PIPE_DATA | 1 << EVENT_DATA);
    NEED(eventfd_write(nested, 1));
    CHECK("ready", guest_ask(&watcher, READY), 1 << PIPE_DATA | 1 << EVENT_DATA);
    struct epoll_event event;
    CHECK("the set in the parent's", epoll_wait(inherited, &event, 1, 0), 1);
    CHECK("its data", event.data.u64, NESTED_DATA);
}
