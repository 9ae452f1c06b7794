// Files of /proc about the process itself, its threads and the system stay open and show what is true now.
// opt-out: executable: files of /proc are opened by the old id
#include "guest.h"
#include <sys/prctl.h>

static int status_fd, maps, fds, comm, meminfo, path_only, score;

static void name_it(int number)
{
    (void)number;
    NEED(prctl(PR_SET_NAME, "a-thread"));
}

static void nothing(int number)
{
    (void)number;
}

void setup(void)
{
    char path[64], bytes[100];
    guest_start_threads(1, name_it, nothing);
    status_fd = NEED(open("/proc/self/status", O_RDONLY));
    CHECK("read", read(status_fd, bytes, 10), 10);
    maps = NEED(open("/proc/self/maps", O_RDONLY | O_CLOEXEC));
    fds = NEED(open("/proc/self/fd", O_RDONLY | O_DIRECTORY));
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", guest_thread_tid(0));
    comm = NEED(open(path, O_RDWR));
    meminfo = NEED(open("/proc/meminfo", O_RDONLY));
    path_only = NEED(open("/proc/self", O_PATH | O_DIRECTORY));
    score = NEED(open("/proc/self/oom_score_adj", O_RDWR));
}

void sabotage(void)
{
    NEED(prctl(PR_SET_NAME, "renamed"));
    NEED(lseek(status_fd, 0, SEEK_SET));
}

void verify(void)
{
    static char bytes[65536];
    char path[32], pid[32];
    CHECK("offset", lseek(status_fd, 0, SEEK_CUR), 10);
    NEED(lseek(status_fd, 0, SEEK_SET));
    CHECK("read", read(status_fd, bytes, sizeof bytes - 1) > 100, 1);
    snprintf(pid, sizeof pid, "\nPid:\t%d\n", getpid());
    CHECK("my own status", strstr(bytes, pid) != NULL, 1);
    memset(bytes, 0, sizeof bytes);
    NEED(lseek(maps, 0, SEEK_SET));
    CHECK("read", read(maps, bytes, sizeof bytes - 1) > 100, 1);
    CHECK("my own maps", strstr(bytes, "[stack]") != NULL || strstr(bytes, "proc_files") != NULL, 1);
    snprintf(path, sizeof path, "%d", maps);
    CHECK("my own descriptors", faccessat(fds, path, F_OK, AT_SYMLINK_NOFOLLOW), 0);
    memset(bytes, 0, sizeof bytes);
    NEED(lseek(comm, 0, SEEK_SET));
    CHECK("read", read(comm, bytes, 20), 9);
    CHECK_STRING("my thread's name", bytes, "a-thread\n");
    NEED(lseek(meminfo, 0, SEEK_SET));
    CHECK("read", read(meminfo, bytes, 8), 8);
    CHECK("of the system", memcmp(bytes, "MemTotal", 8), 0);
    CHECK("by a path", faccessat(path_only, "status", F_OK, 0), 0);
    NEED(lseek(score, 0, SEEK_SET));
    CHECK("read", read(score, bytes, 8) > 0, 1);
    guest_join_threads();
}
