// Children that have ended and that nobody has waited for: their statuses, users, groups, and SIGCHLD only once.
// needs: root
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <sys/resource.h>
#include <sys/wait.h>

enum { EXITED, KILLED, ABORTED, OTHER_USER, OWN_GROUP, OWN_SESSION, COUNT };

static pid_t pids[COUNT];
static volatile sig_atomic_t child_signals;

static void count(int signal)
{
    (void)signal;
    child_signals++;
}

static void end(int kind)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    switch (kind) {
    case EXITED:
        _exit(77);
    case KILLED:
        raise(SIGKILL);
        break;
    case ABORTED:
        signal(SIGABRT, SIG_DFL);
        raise(SIGABRT);
        break;
    case OTHER_USER:
        NEED(setresgid(101, 101, 101));
        NEED(setresuid(1234, 1234, 1234));
        _exit(1);
    case OWN_GROUP:
        NEED(setpgid(0, 0));
        _exit(0);
    default:
        NEED(setsid());
        _exit(255);
    }
    _exit(99);
}

void setup(void)
{
    struct sigaction action = {.sa_handler = count, .sa_flags = SA_RESTART};
    guest_expect_signals();
    NEED(sigaction(SIGCHLD, &action, NULL));
    for (int i = 0; i < COUNT; i++) {
        pids[i] = NEED(fork());
        if (pids[i] == 0)
            end(i);
        siginfo_t info;
        NEED(waitid(P_PID, (id_t)pids[i], &info, WEXITED | WNOWAIT));
    }
    child_signals = 0;
}

void sabotage(void)
{
    NEED(waitpid(pids[KILLED], NULL, 0));
}

static void check(int i, int code, int status, unsigned uid)
{
    siginfo_t info = {0};
    CHECK("waitid without taking it", waitid(P_PID, (id_t)pids[i], &info, WEXITED | WNOHANG | WNOWAIT), 0);
    CHECK("pid", info.si_pid, pids[i]);
    CHECK("code", info.si_code, code);
    CHECK("status", info.si_status, status);
    CHECK("user", info.si_uid, uid);
}

void verify(void)
{
    CHECK("SIGCHLD that came meanwhile", child_signals, 0);
    check(EXITED, CLD_EXITED, 77, 0);
    check(KILLED, CLD_KILLED, SIGKILL, 0);
    check(ABORTED, CLD_KILLED, SIGABRT, 0);
    check(OTHER_USER, CLD_EXITED, 1, 1234);
    CHECK("group", getpgid(pids[OWN_GROUP]), pids[OWN_GROUP]);
    check(OWN_GROUP, CLD_EXITED, 0, 0);
    CHECK("session", getsid(pids[OWN_SESSION]), pids[OWN_SESSION]);
    check(OWN_SESSION, CLD_EXITED, 255, 0);
    for (int i = 0; i < COUNT; i++)
        CHECK("reaped", waitpid(pids[i], NULL, 0), pids[i]);
    CHECK_ERRNO("no child left", waitpid(-1, NULL, 0), ECHILD);
}
