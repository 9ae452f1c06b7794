// Stopped while they go back to a sleep that a stop has interrupted: the kernel has loaded the number of restart_syscall, and the syscall
// instruction is next. A thread is there for a moment only (a tick that comes then may make it a longer one), so it is put there: from a
// group stop a debugger's registers are loaded, which are those that the kernel would have loaded.
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <poll.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

// Interrupted in the kernel, on its way out, or by a tick in user code: the latter leaves no number of a call.
enum { NANOSLEEPS, NANOSLEEPS_OUTSIDE, POLLS, POLLS_OUTSIDE, LOCKS, KINDS };

enum { MOMENT_MS = 400, RESTARTS = -516 /* ERESTART_RESTARTBLOCK */ };

static pid_t children[KINDS];
static int results[2];

static long sleep_by(int kind)
{
    static _Alignas(4) int word;
    struct timespec moment = {0, MOMENT_MS * 1000000L};
    switch (kind) {
    case NANOSLEEPS:
    case NANOSLEEPS_OUTSIDE:
        return nanosleep(&moment, NULL);
    case POLLS:
    case POLLS_OUTSIDE:
        return poll(NULL, 0, MOMENT_MS);
    default:
        return syscall(SYS_futex, &word, 0 /* FUTEX_WAIT */, 0, &moment, NULL, 0);
    }
}

_Noreturn static void child(int kind)
{
    errno = 0;
    long result = sleep_by(kind);
    int answer[3] = {kind, (int)result, errno};
    if (write(results[1], answer, sizeof answer) != sizeof answer)
        _exit(1);
    _exit(0);
}

// 0x50f: syscall
static void step_back(pid_t pid, bool outside)
{
    struct user_regs_struct registers;
    int status;
    NEED(ptrace(PTRACE_SEIZE, pid, 0, 0));
    NEED(waitpid(pid, &status, __WALL));
    NEED(ptrace(PTRACE_GETREGS, pid, 0, &registers));
    if ((int)registers.rax != RESTARTS)
        guest_die("setup: a sleep was interrupted with %lld", (long long)registers.rax);
    registers.rax = SYS_restart_syscall;
    registers.rip -= 2;
    if (outside)
        registers.orig_rax = -1ULL;
    long code = ptrace(PTRACE_PEEKTEXT, pid, registers.rip, 0);
    if ((code & 0xffff) != 0x50f)
        guest_die("setup: no syscall instruction but %lx", code);
    NEED(ptrace(PTRACE_SETREGS, pid, 0, &registers));
    NEED(ptrace(PTRACE_DETACH, pid, 0, 0));
    while (guest_state(pid) != 'T')
        usleep(1000);
}

void setup(void)
{
    NEED(pipe(results));
    for (int kind = 0; kind < KINDS; kind++) {
        do {
            if (children[kind] != 0) // asleep no more, when it was seen
                NEED(waitpid(children[kind], NULL, 0));
            children[kind] = NEED(fork());
            if (children[kind] == 0)
                child(kind);
            while (guest_state(children[kind]) != 'Z' && !guest_is_blocked(children[kind]))
                usleep(1000);
            kill(children[kind], SIGSTOP);
            siginfo_t info;
            NEED(waitid(P_PID, (id_t)children[kind], &info, WSTOPPED | WEXITED | WNOWAIT));
        } while (guest_state(children[kind]) == 'Z');
        step_back(children[kind], kind == NANOSLEEPS_OUTSIDE || kind == POLLS_OUTSIDE);
    }
}

void sabotage(void)
{
    NEED(kill(children[POLLS], SIGKILL));
}

void verify(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pollfd one = {.fd = results[0], .events = POLLIN};
        int answer[3] = {-1, -1, -1}, status = -1;
        if (guest_state(children[kind]) != 'T')
            guest_fail("kind %d: in state %c", kind, guest_state(children[kind]));
        NEED(kill(children[kind], SIGCONT));
        if (poll(&one, 1, 5000) != 1 || read(results[0], answer, sizeof answer) != sizeof answer) {
            guest_fail("kind %d: no answer", kind);
            continue;
        }
        CHECK("who answers", answer[0], kind);
        CHECK("result", answer[1], kind == LOCKS ? -1 : 0);
        CHECK("errno", answer[2], kind == LOCKS ? ETIMEDOUT : 0);
        CHECK("who ends", waitpid(children[kind], &status, 0), children[kind]);
        CHECK("of what", status, 0);
    }
}
