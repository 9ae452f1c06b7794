// Calls that any handler ends with EINTR, whatever its SA_RESTART says (man 7 signal), and that a stop alone would end, too: as many end as
// signals are handled, and no other.
#include "guest.h"

#include <dirent.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { EPOLL, SOCKET, SIGNALS, COUNT };

static struct {
    pthread_t thread;
    _Atomic long handled, ended, wrong;
} waiters[COUNT];

static _Thread_local int own = -1;
static _Atomic bool ending;
static _Atomic int begun;
static int epoll, sockets[2];

static void handle(int signal)
{
    (void)signal;
    if (own >= 0)
        waiters[own].handled++;
}

static long call(int which)
{
    struct epoll_event event;
    char byte;
    sigset_t none;
    sigemptyset(&none);
    switch (which) {
    case EPOLL:
        return epoll_wait(epoll, &event, 1, -1);
    case SOCKET:
        return recv(sockets[0], &byte, 1, 0);
    default:
        return sigwaitinfo(&none, NULL);
    }
}

static void *wait_for_signals(void *which)
{
    own = (int)(intptr_t)which;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    NEED_ZERO(pthread_sigmask(SIG_UNBLOCK, &signals, NULL));
    begun++;
    while (!ending) {
        if (call(own) == -1 && errno == EINTR)
            waiters[own].ended++;
        else
            waiters[own].wrong++;
    }
    return NULL;
}

void setup(void)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
    NEED(sigaction(SIGUSR1, &action, NULL));
    epoll = NEED(epoll_create1(0));
    struct timeval long_time = {.tv_sec = 1000};
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
    NEED(setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &long_time, sizeof long_time));
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    NEED_ZERO(pthread_sigmask(SIG_BLOCK, &signals, NULL));
    for (intptr_t i = 0; i < COUNT; i++)
        NEED_ZERO(pthread_create(&waiters[i].thread, NULL, wait_for_signals, (void *)i));
    while (begun < COUNT)
        usleep(100);
}

void sabotage(void)
{
    waiters[EPOLL].handled++;
}

// A signal that comes before its call ends none.
static void await_calls(void)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *task;
    while ((task = readdir(tasks)) != NULL) {
        char path[300], stat[512] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/stat", task->d_name);
        while (atoi(task->d_name) > 0 && atoi(task->d_name) != gettid() && strstr(stat, ") S ") == NULL
               && guest_read_file(path, stat, sizeof stat) > 0)
            usleep(1000);
    }
    closedir(tasks);
}

static void await_end(int which)
{
    for (int i = 0; i < 2000 && waiters[which].ended < waiters[which].handled; i++)
        usleep(1000);
}

void verify(void)
{
    for (int i = 0; i < COUNT; i++) {
        await_end(i);
        CHECK("calls that were ended before", waiters[i].ended, waiters[i].handled);
    }
    ending = true;
    for (int i = 0; i < COUNT; i++) {
        await_calls();
        long before = waiters[i].handled;
        pthread_kill(waiters[i].thread, SIGUSR1);
        while (waiters[i].handled == before)
            usleep(1000);
        NEED_ZERO(pthread_join(waiters[i].thread, NULL));
        CHECK("calls that were ended", waiters[i].ended, waiters[i].handled);
        CHECK("calls with another result", waiters[i].wrong, 0);
    }
}
