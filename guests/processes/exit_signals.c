// Children made by clone(2) with another exit signal than SIGCHLD, or none.
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <sched.h>
#include <sys/wait.h>

static struct guest_child usual, silent, other;
static volatile sig_atomic_t usr1, chld;

static void count(int signal)
{
    if (signal == SIGUSR1)
        usr1++;
    else
        chld++;
}

static long answer(int question)
{
    return question;
}

static void start(struct guest_child *child, int exit_signal)
{
    int questions, answers;
    guest_child_pipes(child, &questions, &answers);
    child->pid = (pid_t)NEED(syscall(SYS_clone, exit_signal, 0, 0, 0, 0));
    if (child->pid == 0)
        guest_serve(questions, answers, NULL, answer);
    close(questions);
    close(answers);
    guest_await_child(child);
}

void setup(void)
{
    guest_expect_signals();
    struct sigaction action = {.sa_handler = count, .sa_flags = SA_RESTART};
    NEED(sigaction(SIGUSR1, &action, NULL));
    NEED(sigaction(SIGCHLD, &action, NULL));
    start(&usual, SIGCHLD);
    start(&silent, 0);
    start(&other, SIGUSR1);
}

void sabotage(void)
{
    usr1 = 5;
}

void verify(void)
{
    CHECK("SIGCHLD so far", chld, 0);
    CHECK("SIGUSR1 so far", usr1, 0);
    CHECK_ERRNO("a silent child is no child to wait()", waitpid(silent.pid, NULL, WNOHANG), ECHILD);
    CHECK("but to __WCLONE", waitpid(silent.pid, NULL, WNOHANG | __WCLONE), 0);
    CHECK("usual: status", guest_end_child(&usual, 1), 1 << 8);
    CHECK("SIGCHLD", chld, 1);
    CHECK("silent: status", guest_end_child(&silent, 2), 2 << 8);
    CHECK("SIGCHLD still", chld, 1);
    CHECK("other: status", guest_end_child(&other, 3), 3 << 8);
    CHECK("SIGUSR1", usr1, 1);
    CHECK("SIGCHLD still", chld, 1);
}
