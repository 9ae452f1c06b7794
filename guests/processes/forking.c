// Programs that fork all the time: children that end at once, that exec, that are made by vfork.
// guest: fork
// guest: vfork
// opt-out: pipe: while the pipe runs the harness may only wait for whom it knows: a restored program has the ids of the killed one
// needs: moving
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <spawn.h>
#include <stdatomic.h>
#include <sys/wait.h>

enum { WORKERS = 3 };

struct vitals {
    _Atomic long rounds, errors;
};

static struct vitals *vitals;
static pid_t pids[WORKERS];

static pid_t start(const char *kind)
{
    static char *const words[] = {"true", NULL};
    pid_t pid = -1;
    if (strcmp(kind, "spawn") == 0)
        return posix_spawn(&pid, "/bin/true", NULL, NULL, words, NULL) == 0 ? pid : -1;
    if (strcmp(kind, "vfork") == 0) {
        pid = vfork();
        if (pid == 0) {
            execv("/bin/true", words);
            _exit(1);
        }
        return pid;
    }
    pid = fork();
    if (pid == 0)
        _exit(0);
    return pid;
}

static _Noreturn void work(struct vitals *own)
{
    const char *kind = guest_arg(0, "fork");
    while (!guest_may_go()) {
        int status = -1;
        pid_t pid = start(kind);
        if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
            own->errors++;
        own->rounds++;
    }
    _exit(own->errors == 0 ? 0 : 1);
}

void setup(void)
{
    vitals = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (vitals == MAP_FAILED)
        guest_die("setup: mmap: %s", strerror(errno));
    for (int i = 0; i < WORKERS; i++) {
        pids[i] = NEED(fork());
        if (pids[i] == 0)
            work(&vitals[i]);
    }
    for (int i = 0; i < WORKERS; i++)
        while (vitals[i].rounds < 3)
            usleep(1000);
}

void sabotage(void)
{
    vitals[1].errors++;
}

void verify(void)
{
    for (int i = 0; i < WORKERS; i++) {
        int status = -1;
        CHECK("wait", waitpid(pids[i], &status, 0), pids[i]);
        CHECK("worker's status", status, 0);
        CHECK("errors", vitals[i].errors, 0);
    }
}
