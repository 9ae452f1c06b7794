// An epoll set inside an epoll set, and sets that watch a timerfd, a signalfd and an inotify.
#include "guest.h"
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

static int outer, inner, ends[2], timer, signals, notes;

static void add(int set, int fd, uint64_t data)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = data};
    NEED(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event));
}

static void expect(const char *what, int set, uint64_t data)
{
    struct epoll_event events[4] = {{0}};
    CHECK(what, epoll_wait(set, events, 4, 2000), 1);
    CHECK(what, events[0].data.u64, data);
}

void setup(void)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    NEED(sigprocmask(SIG_BLOCK, &mask, NULL));
    NEED(pipe(ends));
    NEED(mkdir(guest_path("watched"), 0700));
    inner = NEED(epoll_create1(0));
    outer = NEED(epoll_create1(0));
    timer = NEED(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
    signals = NEED(signalfd(-1, &mask, SFD_NONBLOCK));
    notes = NEED(inotify_init1(IN_NONBLOCK));
    NEED(inotify_add_watch(notes, guest_path("watched"), IN_CREATE));
    add(inner, ends[0], 1), add(inner, timer, 2), add(inner, signals, 3), add(inner, notes, 4);
    add(outer, inner, 77);
}

void sabotage(void)
{
    NEED(epoll_ctl(outer, EPOLL_CTL_DEL, inner, NULL));
}

void verify(void)
{
    char bytes[1024];
    struct epoll_event event;
    CHECK("quiet", epoll_wait(outer, &event, 1, 0), 0);
    CHECK("write", write(ends[1], "x", 1), 1);
    expect("outer: pipe", outer, 77);
    expect("inner: pipe", inner, 1);
    CHECK("read", read(ends[0], bytes, 1), 1);
    struct itimerspec soon = {.it_value.tv_nsec = 1000000};
    CHECK("arm", timerfd_settime(timer, 0, &soon, NULL), 0);
    expect("outer: timer", outer, 77);
    expect("inner: timer", inner, 2);
    CHECK("read", read(timer, bytes, 8), 8);
    CHECK("kill", kill(getpid(), SIGUSR1), 0);
    expect("inner: signal", inner, 3);
    CHECK("read", read(signals, bytes, sizeof bytes), sizeof(struct signalfd_siginfo));
    unlink(guest_path("watched/new"));
    close(open(guest_path("watched/new"), O_WRONLY | O_CREAT, 0600));
    expect("inner: inotify", inner, 4);
    CHECK("read", read(notes, bytes, sizeof bytes) > 0, 1);
    CHECK("quiet again", epoll_wait(outer, &event, 1, 0), 0);
}
