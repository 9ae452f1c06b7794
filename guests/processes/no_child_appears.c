// A program without children never has one: not for waitpid(-1, __WALL), which says ECHILD at every instant, not for
// its handler of SIGCHLD, and not in /proc. It has so much memory that a copy of its page tables takes some milliseconds.
// needs: moving
#include "guest.h"

#include <sys/mman.h>
#include <sys/wait.h>

#define BYTES (96 << 20)

static _Atomic bool ending;
static _Atomic long asked, seen, signals;
static pthread_t watcher;

static void count_signal(int signal)
{
    (void)signal;
    signals++;
}

static void *watch(void *unused)
{
    (void)unused;
    while (!ending) {
        int status;
        errno = 0;
        if (waitpid(-1, &status, __WALL | WNOHANG) != -1 || errno != ECHILD)
            seen++;
        asked++;
    }
    return NULL;
}

void setup(void)
{
    char *area = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    NEED(area == MAP_FAILED ? -1 : 0);
    NEED(madvise(area, BYTES, MADV_NOHUGEPAGE));
    for (size_t at = 0; at < BYTES; at += 4096)
        area[at] = 1;
    struct sigaction action = {.sa_handler = count_signal};
    NEED(sigaction(SIGCHLD, &action, NULL));
    NEED_ZERO(pthread_create(&watcher, NULL, watch, NULL));
}

void sabotage(void)
{
    if (fork() == 0)
        _exit(0);
    long before = asked;
    while (asked < before + 100)
        usleep(100);
}

void verify(void)
{
    guest_check_goes_on("it watches", &asked, 100);
    char children[256];
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    CHECK("children in /proc", guest_read_file(path, children, sizeof children), 0);
    ending = true;
    NEED_ZERO(pthread_join(watcher, NULL));
    CHECK("children seen", seen, 0);
    CHECK("SIGCHLD", signals, 0);
}
