// A grandchild whose parent has ended is a child of its subreaper; a parent's death signal is still to come.
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <sys/prctl.h>
#include <sys/wait.h>

enum { PID, PARENT, DEATH_SIGNAL };

static struct guest_child orphan, middle, mourner;

static long answer(int question)
{
    if (question == PARENT)
        return getppid();
    if (question == DEATH_SIGNAL) {
        int signal = 0;
        prctl(PR_GET_PDEATHSIG, &signal);
        return signal;
    }
    return getpid();
}

static long answer_of_middle(int question)
{
    return question >= 10 ? guest_ask(&mourner, question - 10) : answer(question);
}

static void mourn(void)
{
    NEED(prctl(PR_SET_PDEATHSIG, SIGUSR2));
}

static void start_mourner(void)
{
    guest_start_child(&mourner, mourn, answer);
}

void setup(void)
{
    NEED(prctl(PR_SET_CHILD_SUBREAPER, 1));
    int questions, answers;
    guest_child_pipes(&orphan, &questions, &answers);
    pid_t parent = NEED(fork());
    if (parent == 0) {
        if (NEED(fork()) == 0) {
            close(orphan.questions);
            close(orphan.answers);
            guest_serve(questions, answers, NULL, answer);
        }
        _exit(0);
    }
    close(questions);
    close(answers);
    guest_await_child(&orphan);
    NEED(waitpid(parent, NULL, 0));
    orphan.pid = (pid_t)guest_ask(&orphan, PID);
    guest_start_child(&middle, start_mourner, answer_of_middle);
}

void sabotage(void)
{
    NEED(prctl(PR_SET_CHILD_SUBREAPER, 0));
}

void verify(void)
{
    int reaper = 0;
    CHECK("prctl", prctl(PR_GET_CHILD_SUBREAPER, &reaper), 0);
    CHECK("is the reaper", reaper, 1);
    CHECK("the orphan's parent", guest_ask(&orphan, PARENT), getpid());
    CHECK("the orphan's status", guest_end_child(&orphan, 3), 3 << 8);
    CHECK("death signal", guest_ask(&middle, 10 + DEATH_SIGNAL), SIGUSR2);
    pid_t last = (pid_t)guest_ask(&middle, 10 + PID);
    CHECK("status", guest_end_child(&middle, 0), 0);
    // It dies of its parent's death, and is ours then.
    int status = 0;
    CHECK("adopted", waitpid(last, &status, 0), reaper ? last : -1);
    // By the signal, or by the end of its pipe, which its parent closes before.
    CHECK("its status", status == 0 || status == SIGUSR2, 1);
}
