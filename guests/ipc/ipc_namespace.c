// An IPC namespace of its own with nothing in it, for all threads of its process.
// needs: root
#include "guest.h"
#include <sched.h>
#include <sys/ipc.h>
#include <sys/shm.h>

static ino_t namespace_of(const char *link)
{
    struct stat it;
    return stat(link, &it) == 0 ? it.st_ino : 0;
}

static void set_up(int number)
{
    (void)number;
}

static void check(int number)
{
    (void)number;
    CHECK("the threads'", namespace_of("/proc/thread-self/ns/ipc"), namespace_of("/proc/self/ns/ipc"));
}

void setup(void)
{
    NEED_ZERO(unshare(CLONE_NEWIPC));
    guest_start_threads(3, set_up, check);
}

void sabotage(void)
{
    NEED(shmget(IPC_PRIVATE, 4096, 0600));
}

static void check_empty(const char *table)
{
    char text[512];
    CHECK("read", guest_read_file(table, text, sizeof text) > 0, 1);
    char *line = strchr(text, '\n');
    CHECK("a first line", line != NULL, 1);
    CHECK_STRING(table, line ? line + 1 : "", "");
}

void verify(void)
{
    if (getpid() != 1)
        CHECK("its own", namespace_of("/proc/self/ns/ipc") != namespace_of("/proc/1/ns/ipc"), 1);
    check_empty("/proc/sysvipc/shm");
    check_empty("/proc/sysvipc/sem");
    check_empty("/proc/sysvipc/msg");
    guest_join_threads();
}
