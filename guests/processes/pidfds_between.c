// pidfds of other processes of a family: of a child, of a sibling, of the parent, of a zombie, of a thread of a child; one
// that parent and child have inherited, and members of an epoll set, which report the end.
// opt-out: executable: an executable holds one process
#include "guest.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/wait.h>

enum { SIBLING, PARENT, INHERITED, END };

static int of_first = -1, of_zombie, of_self, set;
static pid_t zombie;
static struct guest_child first, second;
static int sibling, parent;

static int of(pid_t pid)
{
    return syscall(SYS_pidfd_open, pid, 0);
}

static long is_alive(int fd)
{
    return syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0);
}

static bool has_ended(int fd, int milliseconds)
{
    struct pollfd poll_fd = {fd, POLLIN, 0};
    return poll(&poll_fd, 1, milliseconds) == 1 && poll_fd.revents & POLLIN;
}

static void begin_second(void)
{
    sibling = NEED(of(first.pid));
    parent = NEED(of(getppid()));
}

static long answer(int question)
{
    switch (question) {
    case SIBLING:
        return is_alive(sibling);
    case PARENT:
        return is_alive(parent);
    case INHERITED:
        return of_first < 0 ? 0 : is_alive(of_first);
    default:
        _exit(5);
    }
}

void setup(void)
{
    of_self = of(getpid());
    if (of_self < 0)
        guest_skip("no pidfds");
    guest_start_child(&first, NULL, answer);
    of_first = NEED(of(first.pid));
    guest_start_child(&second, begin_second, answer);
    zombie = NEED(fork());
    if (zombie == 0)
        _exit(3);
    of_zombie = NEED(of(zombie));
    while (!has_ended(of_zombie, 1000))
        ;
    set = NEED(epoll_create1(0));
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 7};
    NEED(epoll_ctl(set, EPOLL_CTL_ADD, of_first, &event));
    event.data.u64 = 8;
    NEED(epoll_ctl(set, EPOLL_CTL_ADD, of_self, &event));
}

void sabotage(void)
{
    NEED(dup2(of_zombie, of_first));
}

void verify(void)
{
    struct epoll_event events[4];
    siginfo_t info = {0};
    CHECK("child", is_alive(of_first), 0);
    CHECK("child of others", guest_ask(&second, SIBLING), 0);
    CHECK("parent", guest_ask(&second, PARENT), 0);
    CHECK("inherited", guest_ask(&second, INHERITED), 0);
    CHECK("zombie", has_ended(of_zombie, 0), 1);
    CHECK("waited for", waitid(P_PIDFD, of_zombie, &info, WEXITED), 0);
    CHECK("status", info.si_status, 3);
    CHECK("which", info.si_pid, zombie);
    CHECK("nothing yet", epoll_wait(set, events, 4, 0), 0);
    NEED(syscall(SYS_pidfd_send_signal, of_first, SIGKILL, NULL, 0));
    CHECK("its end", has_ended(of_first, 10000), 1);
    CHECK("in a set", epoll_wait(set, events, 4, 10000), 1);
    CHECK("in a set", events[0].data.u64, 7);
    CHECK("waited for", waitid(P_PIDFD, of_first, &info, WEXITED), 0);
    CHECK("killed", info.si_status, SIGKILL);
    CHECK("gone for its sibling", guest_ask(&second, SIBLING), -1);
}
