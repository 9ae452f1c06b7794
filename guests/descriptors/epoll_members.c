// An epoll set keeps its members with their events and data: level- and edge-triggered, one-shot,
// armed and spent, ready and not, two numbers of one description, and one whose number was closed.
#include "guest.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

static int set, level, edge, once, quiet, spent, outgoing[2];

static int ready_event(unsigned count)
{
    return NEED(eventfd(count, EFD_NONBLOCK));
}

static void add(int fd, uint32_t events, uint64_t data)
{
    struct epoll_event event = {.events = events, .data.u64 = data};
    NEED(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event));
}

// The events that come now, as one mask, of the member with this data; all others are kept apart.
static struct epoll_event got[16];
static int got_count;

static uint32_t events_of(uint64_t data)
{
    uint32_t events = 0;
    for (int i = 0; i < got_count; i++)
        if (got[i].data.u64 == data)
            events |= got[i].events;
    return events;
}

void setup(void)
{
    set = NEED(epoll_create1(EPOLL_CLOEXEC));
    level = ready_event(1), edge = ready_event(1), once = ready_event(1);
    quiet = ready_event(0), spent = ready_event(1);
    NEED(pipe(outgoing));
    add(level, EPOLLIN, 0x1111111122222222);
    add(dup(level), EPOLLIN | EPOLLPRI, 0xffffffffffffffff);
    add(spent, EPOLLIN | EPOLLONESHOT, 5);
    CHECK("one-shot and level", epoll_wait(set, got, 16, 0), 3); // now `spent` is disarmed
    add(edge, EPOLLIN | EPOLLET, 3);
    add(once, EPOLLIN | EPOLLONESHOT | EPOLLRDHUP, 4);
    add(quiet, EPOLLIN, 6);
    add(outgoing[1], EPOLLOUT, 7);
}

void sabotage(void)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 99};
    NEED(epoll_ctl(set, EPOLL_CTL_MOD, level, &event));
}

void verify(void)
{
    CHECK("close-on-exec", fcntl(set, F_GETFD), FD_CLOEXEC);
    got_count = epoll_wait(set, got, 16, 0);
    CHECK("ready members", got_count, 5);
    CHECK("level", events_of(0x1111111122222222), EPOLLIN);
    CHECK("its dup", events_of(0xffffffffffffffff), EPOLLIN);
    CHECK("edge", events_of(3), EPOLLIN);
    CHECK("one-shot", events_of(4), EPOLLIN);
    CHECK("write end of a pipe", events_of(7), EPOLLOUT);
    got_count = epoll_wait(set, got, 16, 0);
    CHECK("the second time", got_count, 3); // neither edge nor one-shot
    CHECK("edge once", events_of(3), 0);
    CHECK("one-shot once", events_of(4), 0);
    uint64_t one = 1;
    CHECK("write", write(quiet, &one, 8) + write(edge, &one, 8) + write(spent, &one, 8), 24);
    got_count = epoll_wait(set, got, 16, 0);
    CHECK("quiet", events_of(6), EPOLLIN);
    CHECK("edge again", events_of(3), EPOLLIN);
    CHECK("spent", events_of(5), 0);
    struct epoll_event rearmed = {.events = EPOLLIN | EPOLLONESHOT, .data.u64 = 50};
    CHECK("rearm", epoll_ctl(set, EPOLL_CTL_MOD, spent, &rearmed), 0);
    got_count = epoll_wait(set, got, 16, 0);
    CHECK("spent once more", events_of(50), EPOLLIN);
    CHECK_ERRNO("already a member", epoll_ctl(set, EPOLL_CTL_ADD, quiet, &rearmed), EEXIST);
}
