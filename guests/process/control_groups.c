// A process goes back into its control groups, version 1 and 2, as far as they exist; a thread into one of its own.
// needs: root
// opt-out: executable: it stays in the control groups of whoever executes it
// opt-out: beside: its groups are removed when it has ended
#include "guest.h"

static char before[4096], thread_before[4096];
static char made[8][PATH_MAX];
static int count;

static void enter(const char *directory, const char *file, const char *name)
{
    char path[PATH_MAX + 32];
    snprintf(made[count], sizeof made[count], "%s/reprise-%s-%d", directory, name, getpid());
    if (mkdir(made[count], 0755) < 0)
        return;
    snprintf(path, sizeof path, "%s/%s", made[count++], file);
    int fd = open(path, O_WRONLY);
    if (fd >= 0) {
        if (write(fd, "0", 1) < 0)
            fprintf(stderr, "%s: %s\n", path, strerror(errno));
        close(fd);
    }
}

static void read_groups(pid_t tid, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/cgroup", tid);
    NEED(guest_read_file(path, text, size));
}

static void set_up(int number)
{
    (void)number;
    enter("/sys/fs/cgroup/cpu", "tasks", "thread");
}

static void check(int number)
{
    char now[4096];
    (void)number;
    read_groups(gettid(), now, sizeof now);
    CHECK_STRING("a thread's groups", now, thread_before);
}

static void remove_groups(void)
{
    for (int i = count - 1; i >= 0; i--)
        rmdir(made[i]);
}

void setup(void)
{
    enter("/sys/fs/cgroup/pids", "tasks", "process");
    enter("/sys/fs/cgroup/unified", "cgroup.procs", "process");
    if (access("/sys/fs/cgroup/cgroup.procs", F_OK) == 0)
        enter("/sys/fs/cgroup", "cgroup.procs", "process");
    if (count == 0)
        guest_skip("no control groups that can be made");
    guest_start_threads(1, set_up, check);
    read_groups(getpid(), before, sizeof before);
    read_groups(guest_thread_tid(0), thread_before, sizeof thread_before);
}

static void move_up(const char *file)
{
    int fd = open(file, O_WRONLY);
    if (fd >= 0) {
        (void)!write(fd, "0", 1);
        close(fd);
    }
}

static void out_of_all(void)
{
    move_up("/sys/fs/cgroup/pids/tasks");
    move_up("/sys/fs/cgroup/unified/cgroup.procs");
    move_up("/sys/fs/cgroup/cgroup.procs");
}

void sabotage(void)
{
    out_of_all();
}

void verify(void)
{
    char now[4096];
    read_groups(getpid(), now, sizeof now);
    CHECK_STRING("groups", now, before);
    guest_join_threads();
    out_of_all();
    remove_groups();
}
