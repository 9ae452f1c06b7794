// Edge-triggered members of an epoll set tell of each edge once, and of those that nobody has heard of; busy polling stays.
#include "guest.h"
#include <sys/epoll.h>
#include <sys/ioctl.h>

struct params {
    uint32_t usecs;
    uint16_t budget;
    uint8_t prefer, pad;
};

static int set, quiet, heard[2], news[2], spent[2], inner[2];
static bool has_params;

static void add(int to, int file, uint32_t events, uint64_t data)
{
    struct epoll_event event = {.events = events, .data.u64 = data};
    NEED(epoll_ctl(to, EPOLL_CTL_ADD, file, &event));
}

void setup(void)
{
    struct epoll_event events[8];
    set = NEED(epoll_create1(0));
    quiet = NEED(epoll_create1(0));
    NEED(pipe(heard));
    NEED(pipe(news));
    NEED(pipe(spent));
    NEED(pipe(inner));
    NEED(write(heard[1], "x", 1));
    NEED(write(spent[1], "x", 1));
    add(set, heard[0], EPOLLIN | EPOLLET, 1);
    add(set, spent[0], EPOLLIN | EPOLLONESHOT, 2);
    add(set, news[0], EPOLLIN | EPOLLET, 3);
    add(set, heard[1], EPOLLOUT | EPOLLET, 4);
    if (NEED(epoll_wait(set, events, 8, 0)) != 3)
        guest_die("setup: not three events");
    NEED(write(news[1], "y", 1));
    // Nothing is to be told of here, and the kernel says so.
    add(quiet, heard[0], EPOLLIN | EPOLLET, 5);
    add(quiet, inner[0], EPOLLIN, 6);
    NEED(epoll_wait(quiet, events, 8, 0));
    struct params params = {.usecs = 50, .budget = 16, .prefer = 1};
    has_params = ioctl(set, _IOW(0x8A, 1, struct params), &params) == 0;
}

void sabotage(void)
{
    NEED(write(heard[1], "x", 1));
}

void verify(void)
{
    struct epoll_event events[8];
    CHECK("quiet", epoll_wait(quiet, events, 8, 0), 0);
    CHECK("news", epoll_wait(set, events, 8, 0), 1);
    CHECK("which", events[0].data.u64, 3);
    CHECK("no more", epoll_wait(set, events, 8, 0), 0);
    CHECK("write", write(heard[1], "z", 1), 1);
    CHECK("an edge", epoll_wait(set, events, 8, 0), 1);
    CHECK("which", events[0].data.u64, 1);
    CHECK("in both", epoll_wait(quiet, events, 8, 0), 1);
    struct params params = {0};
    if (has_params) {
        CHECK("EPIOCGPARAMS", ioctl(set, _IOR(0x8A, 2, struct params), &params), 0);
        CHECK("micros", params.usecs, 50);
        CHECK("budget", params.budget, 16);
        CHECK("prefer", params.prefer, 1);
    }
}
