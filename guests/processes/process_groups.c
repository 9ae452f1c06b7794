// Process groups: led by a child, joined by another, and one whose leader has ended and been waited for (a ghost).
// guest: group
// guest: session
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <sys/prctl.h>
#include <sys/wait.h>

enum { PID, GROUP, SESSION, SIGNALS };

static struct guest_child leader, follower, orphaned, keeper;
static pid_t ghost;
static bool of_session;
static volatile sig_atomic_t signals;

static void count(int signal)
{
    (void)signal;
    signals++;
}

static long answer(int question)
{
    switch (question) {
    case PID:
        return getpid();
    case GROUP:
        return getpgrp();
    case SESSION:
        return getsid(0);
    default:
        return signals;
    }
}

static void lead(void)
{
    NEED(setpgid(0, 0));
}

static void follow(void)
{
    NEED(setpgid(0, leader.pid));
}

static void join_ghost(void)
{
    NEED(setpgid(0, ghost));
}

// A leader that forks a member, and ends.
static void start_under_ghost(void)
{
    int questions, answers;
    guest_child_pipes(&orphaned, &questions, &answers);
    ghost = NEED(fork());
    if (ghost == 0) {
        if (of_session)
            NEED(setsid());
        else
            NEED(setpgid(0, 0));
        pid_t member = NEED(fork());
        if (member == 0) {
            close(orphaned.questions);
            close(orphaned.answers);
            guest_serve(questions, answers, NULL, answer);
        }
        _exit(0);
    }
    close(questions);
    close(answers);
    guest_await_child(&orphaned);
    if (!of_session)
        guest_start_child(&keeper, join_ghost, answer);
    NEED(waitpid(ghost, NULL, 0));
    orphaned.pid = (pid_t)guest_ask(&orphaned, PID);
}

void setup(void)
{
    of_session = strcmp(guest_arg(0, "group"), "session") == 0;
    signal(SIGUSR1, count);
    // The orphan is to stay in the tree.
    NEED(prctl(PR_SET_CHILD_SUBREAPER, 1));
    guest_start_child(&leader, lead, answer);
    guest_start_child(&follower, follow, answer);
    start_under_ghost();
}

void sabotage(void)
{
    ghost++;
}

void verify(void)
{
    CHECK("leader's group", guest_ask(&leader, GROUP), leader.pid);
    CHECK("follower's group", guest_ask(&follower, GROUP), leader.pid);
    CHECK("the ghost's member", guest_ask(&orphaned, PID), orphaned.pid);
    CHECK("its group", guest_ask(&orphaned, GROUP), ghost);
    CHECK("its session", guest_ask(&orphaned, SESSION), of_session ? ghost : getsid(0));
    if (!of_session)
        CHECK("the other member's group", guest_ask(&keeper, GROUP), ghost);
    CHECK_ERRNO("the leader is gone", kill(ghost, 0), ESRCH);
    long before = guest_ask(&follower, SIGNALS);
    CHECK("signal to a group", kill(-leader.pid, SIGUSR1), 0);
    CHECK("it came", guest_ask(&follower, SIGNALS), before + 1);
    before = guest_ask(&orphaned, SIGNALS);
    CHECK("signal to the ghost's group", kill(-ghost, SIGUSR1), 0);
    CHECK("it came", guest_ask(&orphaned, SIGNALS), before + 1);
}
