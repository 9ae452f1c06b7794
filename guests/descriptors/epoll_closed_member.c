// A member of an epoll set whose number was closed lives on through a dup, under its old number.
#include "guest.h"
#include <sys/epoll.h>

static int set, keeper, member, ends[2];

void setup(void)
{
    NEED(pipe(ends));
    set = NEED(epoll_create1(0));
    member = NEED(dup(ends[0]));
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 0xabcdef};
    NEED(epoll_ctl(set, EPOLL_CTL_ADD, member, &event));
    keeper = ends[0];
    NEED(close(member));
}

void sabotage(void)
{
    NEED(write(ends[1], "y", 1));
}

void verify(void)
{
    struct epoll_event event = {0};
    CHECK("nothing yet", epoll_wait(set, &event, 1, 0), 0);
    CHECK("write", write(ends[1], "x", 1), 1);
    CHECK("an event", epoll_wait(set, &event, 1, 0), 1);
    CHECK("data", event.data.u64, 0xabcdef);
    CHECK_ERRNO("its number is free", fcntl(member, F_GETFD), EBADF);
    CHECK_ERRNO("and unknown", epoll_ctl(set, EPOLL_CTL_DEL, member, NULL), EBADF);
    CHECK("number free for use", dup2(keeper, member), member);
    CHECK("known under it again", epoll_ctl(set, EPOLL_CTL_DEL, member, NULL), 0);
    CHECK("gone", epoll_wait(set, &event, 1, 0), 0);
}
