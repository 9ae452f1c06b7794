// pidfds: of the process itself, of a thread of it, of one that is gone; in an epoll set, too.
// opt-out: executable: a pidfd stands for an id that it does not have
#include "guest.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif

static int self, thread, gone, set;

static void nothing(int number)
{
    (void)number;
}

static int of(pid_t pid, unsigned flags)
{
    return syscall(SYS_pidfd_open, pid, flags);
}

static bool ends_within(int fd, int milliseconds)
{
    struct pollfd poll_fd = {fd, POLLIN, 0};
    return poll(&poll_fd, 1, milliseconds) == 1 && poll_fd.revents & POLLIN;
}

static bool has_ended(int fd)
{
    return ends_within(fd, 0);
}

void setup(void)
{
    guest_start_threads(1, nothing, nothing);
    self = of(getpid(), O_NONBLOCK);
    if (self < 0)
        guest_skip("no pidfds");
    thread = of(guest_thread_tid(0), PIDFD_THREAD); // from 6.9
    pid_t child = NEED(fork());
    if (child == 0)
        _exit(3);
    gone = NEED(of(child, 0));
    NEED(waitpid(child, NULL, 0));
    set = NEED(epoll_create1(0));
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 7};
    NEED(epoll_ctl(set, EPOLL_CTL_ADD, gone, &event));
    event.data.u64 = 8;
    NEED(epoll_ctl(set, EPOLL_CTL_ADD, self, &event));
}

void sabotage(void)
{
    NEED(dup2(self, gone));
}

void verify(void)
{
    struct epoll_event events[4];
    CHECK("flags", fcntl(self, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    CHECK("close-on-exec", fcntl(self, F_GETFD), FD_CLOEXEC);
    CHECK("alive", has_ended(self), 0);
    CHECK("it is this one", syscall(SYS_pidfd_send_signal, self, 0, NULL, 0), 0);
    CHECK("gone", has_ended(gone), 1);
    CHECK_ERRNO("gone", syscall(SYS_pidfd_send_signal, gone, 0, NULL, 0), ESRCH);
    CHECK("in a set", epoll_wait(set, events, 4, 0), 1);
    CHECK("in a set", events[0].data.u64, 7);
    if (thread >= 0) {
        CHECK("a thread", has_ended(thread), 0);
        guest_join_threads();
        CHECK("it ends", ends_within(thread, 10000), 1); // a thread can be joined a little earlier
    } else {
        guest_join_threads();
    }
}
