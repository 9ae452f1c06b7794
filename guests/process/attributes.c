// Single settings of a process that prctl and /proc know, one a case.
// guest: oom_score_adj
// guest: personality
// guest: not_dumpable
// guest: child_subreaper
// guest: parent_death_signal
// guest: thp_disable
// guest: coredump_filter
// guest: timer_slack
// guest: tsc
// guest: mce_kill
// guest: nice
// guest: io_priority
// guest: batch
// guest: fifo
// guest: affinity
// needs: root
#include "guest.h"
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static int write_proc(const char *path, int value)
{
    char text[16];
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t written = write(fd, text, (size_t)sprintf(text, "%d", value));
    close(fd);
    return written > 0 ? 0 : -1;
}

static long read_proc(const char *path, int base)
{
    char text[64] = "";
    guest_read_file(path, text, sizeof text);
    return strtol(text, NULL, base);
}

static int set_oom(int v) { return write_proc("/proc/self/oom_score_adj", v); }
static long get_oom(void) { return read_proc("/proc/self/oom_score_adj", 10); }
static int set_personality(int v) { return personality((unsigned)v) < 0 ? -1 : 0; }
static long get_personality(void) { return personality(0xffffffff); }
static int set_dumpable(int v) { return prctl(PR_SET_DUMPABLE, v); }
static long get_dumpable(void) { return prctl(PR_GET_DUMPABLE); }
static int set_subreaper(int v) { return prctl(PR_SET_CHILD_SUBREAPER, v); }
static long get_subreaper(void)
{
    int value = -1;
    prctl(PR_GET_CHILD_SUBREAPER, &value);
    return value;
}
static int set_death_signal(int v) { return prctl(PR_SET_PDEATHSIG, v); }
static long get_death_signal(void)
{
    int value = -1;
    prctl(PR_GET_PDEATHSIG, &value);
    return value;
}
static int set_thp(int v) { return prctl(PR_SET_THP_DISABLE, v, 0, 0, 0); }
static long get_thp(void) { return prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0); }
static int set_filter(int v) { return write_proc("/proc/self/coredump_filter", v); }
static long get_filter(void) { return read_proc("/proc/self/coredump_filter", 16); }
static int set_slack(int v) { return prctl(PR_SET_TIMERSLACK, (unsigned long)v); }
static long get_slack(void) { return prctl(PR_GET_TIMERSLACK); }
static int set_tsc(int v) { return prctl(PR_SET_TSC, v); }
static long get_tsc(void)
{
    int value = -1;
    prctl(PR_GET_TSC, &value);
    return value;
}
static int set_mce(int v) { return prctl(PR_MCE_KILL, PR_MCE_KILL_SET, v, 0, 0); }
static long get_mce(void) { return prctl(PR_MCE_KILL_GET, 0, 0, 0, 0); }
static int set_nice(int v) { return setpriority(PRIO_PROCESS, 0, v); }
static long get_nice(void) { return getpriority(PRIO_PROCESS, 0); }
static int set_io(int v) { return (int)syscall(SYS_ioprio_set, 1, 0, v); }
static long get_io(void) { return syscall(SYS_ioprio_get, 1, 0); }
static int set_policy(int v)
{
    struct sched_param param = {v == SCHED_FIFO ? 3 : 0};
    return sched_setscheduler(0, v, &param);
}
static long get_policy(void) { return sched_getscheduler(0); }
static int set_cpu(int v)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(v, &set);
    return sched_setaffinity(0, sizeof set, &set);
}
static long get_cpu(void)
{
    cpu_set_t set;
    sched_getaffinity(0, sizeof set, &set);
    return CPU_COUNT(&set) * 1000 + CPU_ISSET(0, &set);
}

static const struct attribute {
    const char *name;
    int (*set)(int);
    long (*get)(void);
    int value, other; // what the guest sets, and what sabotage sets
    long want;
} ATTRIBUTES[] = {
    {"oom_score_adj", set_oom, get_oom, 321, 322, 321},
    {"personality", set_personality, get_personality, ADDR_NO_RANDOMIZE | WHOLE_SECONDS, 0,
     ADDR_NO_RANDOMIZE | WHOLE_SECONDS},
    {"not_dumpable", set_dumpable, get_dumpable, 0, 1, 0},
    {"child_subreaper", set_subreaper, get_subreaper, 1, 0, 1},
    {"parent_death_signal", set_death_signal, get_death_signal, SIGURG, 0, SIGURG}, // harmless
    {"thp_disable", set_thp, get_thp, 1, 0, 1},
    {"coredump_filter", set_filter, get_filter, 0x55, 0x33, 0x55},
    {"timer_slack", set_slack, get_slack, 123456, 50000, 123456},
    {"tsc", set_tsc, get_tsc, PR_TSC_SIGSEGV, PR_TSC_ENABLE, PR_TSC_SIGSEGV},
    {"mce_kill", set_mce, get_mce, PR_MCE_KILL_EARLY, PR_MCE_KILL_LATE, PR_MCE_KILL_EARLY},
    {"nice", set_nice, get_nice, 7, 8, 7},
    {"io_priority", set_io, get_io, 2 << 13 | 6, 3 << 13, 2 << 13 | 6},
    {"batch", set_policy, get_policy, SCHED_BATCH, SCHED_OTHER, SCHED_BATCH},
    {"fifo", set_policy, get_policy, SCHED_FIFO, SCHED_OTHER, SCHED_FIFO},
    {"affinity", set_cpu, get_cpu, 0, 1, 1001},
};
static const struct attribute *own;

void setup(void)
{
    for (size_t i = 0; i < sizeof ATTRIBUTES / sizeof *ATTRIBUTES; i++)
        if (strcmp(ATTRIBUTES[i].name, guest_arg(0, "nice")) == 0)
            own = &ATTRIBUTES[i];
    if (own == NULL)
        guest_die("no such attribute: %s", guest_arg(0, ""));
    if (own->set(own->value) != 0)
        guest_skip("%s: %s", own->name, strerror(errno));
    if (own->get() != own->want)
        guest_die("%s: not as it was set", own->name);
}

void sabotage(void)
{
    NEED(own->set(own->other));
}

void verify(void)
{
    CHECK(own->name, own->get(), own->want);
}
