// Files of /proc about a process that has ended since: nothing can be read of it, whoever gets its id.
// opt-out: executable: files of /proc are opened by the old id
#include "guest.h"
#include <dirent.h>
#include <sys/wait.h>

static int status_fd, directory, of_task;
static char name[64];

static int open_of(pid_t pid, const char *rest, int flags)
{
    char path[128];
    snprintf(path, sizeof path, "/proc/%d%s", pid, rest);
    return NEED(open(path, flags));
}

static void link_of(int fd, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    text[NEED(readlink(path, text, size - 1))] = 0;
}

void setup(void)
{
    pid_t child = NEED(fork());
    if (child == 0) {
        for (;;)
            pause();
    }
    char bytes[10], rest[64];
    status_fd = open_of(child, "/status", O_RDONLY);
    CHECK("read", read(status_fd, bytes, 10), 10);
    directory = open_of(child, "", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snprintf(rest, sizeof rest, "/task/%d/comm", child);
    of_task = open_of(child, rest, O_RDWR);
    NEED(kill(child, SIGKILL));
    NEED(waitpid(child, NULL, 0));
    link_of(status_fd, name, sizeof name);
}

void sabotage(void)
{
    int own = open_of(getpid(), "/status", O_RDONLY);
    NEED(dup2(own, status_fd));
}

void verify(void)
{
    char bytes[64], now[64];
    CHECK_ERRNO("of the dead", pread(status_fd, bytes, sizeof bytes, 0), ESRCH);
    CHECK("in its directory", openat(directory, "status", O_RDONLY), -1); // ESRCH or ENOENT, by what is cached
    CHECK_ERRNO("of its thread", pread(of_task, bytes, sizeof bytes, 0), ESRCH);
    link_of(status_fd, now, sizeof now);
    CHECK_STRING("name", now, name);
    CHECK("close-on-exec", fcntl(directory, F_GETFD), FD_CLOEXEC);
    CHECK_ERRNO("no child is left", waitpid(-1, NULL, 0), ECHILD);
}
