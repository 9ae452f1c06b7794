// A program is who it was: process and thread ids, no children, the same name and start of its line in
// /proc, whatever it cached of them.
// opt-out: executable: it has new ids, which is what this guest looks at
// build: static
#include "guest.h"
#include <sys/wait.h>

static pid_t pid, cached_by_thread[3];

static void set_up(int number)
{
    cached_by_thread[number] = gettid();
}

static void check(int number)
{
    CHECK("thread id", syscall(SYS_gettid), cached_by_thread[number]);
    CHECK("signal by the cached id", syscall(SYS_tgkill, pid, cached_by_thread[number], 0), 0);
}

void setup(void)
{
    pid = getpid();
    guest_start_threads(3, set_up, check);
}

void sabotage(void)
{
    pid++;
}

void verify(void)
{
    char stat[512], name[64], want[64];
    CHECK("process id", syscall(SYS_getpid), pid);
    CHECK("id of the first thread", syscall(SYS_gettid), pid);
    CHECK_ERRNO("children", waitpid(-1, NULL, WNOHANG | __WALL), ECHILD);
    CHECK("stat", guest_read_file("/proc/self/stat", stat, sizeof stat) > 0, 1);
    CHECK("pid in stat", atoi(stat), pid);
    snprintf(want, sizeof want, "%.15s", program_invocation_short_name);
    CHECK("comm", guest_read_file("/proc/self/comm", name, sizeof name) > 0, 1);
    name[strcspn(name, "\n")] = 0;
    CHECK_STRING("comm", name, want);
    guest_join_threads();
}
