// Children, grandchildren and great-grandchildren: ids, parents, and who can wait for whom.
// build: static
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <sys/wait.h>

enum { DEPTH = 4, WIDTH = 3, PID, PARENT, GROUP, SESSION, BELOW, END_BELOW };

static int depth;
static struct guest_child children[WIDTH];
static int child_count;
static pid_t pids[WIDTH];
static pid_t parent, group, session;

static void grow(void);

static long answer(int question)
{
    switch (question) {
    case PID:
        return getpid();
    case PARENT:
        return getppid();
    case GROUP:
        return getpgrp();
    case SESSION:
        return getsid(0);
    case BELOW: { // how many live below, all asked
        long count = 0;
        for (int i = 0; i < child_count; i++)
            if (guest_ask(&children[i], PARENT) == getpid() && guest_ask(&children[i], PID) == pids[i])
                count += 1 + guest_ask(&children[i], BELOW);
        return count;
    }
    default: { // the statuses with which those below end
        long sum = 0;
        for (int i = 0; i < child_count; i++) {
            sum += guest_ask(&children[i], END_BELOW);
            sum += WEXITSTATUS(guest_end_child(&children[i], 10 * depth + i));
        }
        int status;
        return waitpid(-1, &status, __WALL) == -1 && errno == ECHILD ? sum : -1;
    }
    }
}

static void grow(void)
{
    depth++;
    child_count = depth == 1 ? WIDTH : depth < DEPTH ? 1 : 0;
    for (int i = 0; i < child_count; i++) {
        guest_start_child(&children[i], grow, answer);
        pids[i] = children[i].pid;
    }
}

void setup(void)
{
    grow();
    parent = getpid();
    group = getpgrp();
    session = getsid(0);
}

void sabotage(void)
{
    kill(children[1].pid, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
}

void verify(void)
{
    CHECK("own pid", getpid(), parent);
    for (int i = 0; i < WIDTH; i++) {
        CHECK("child's pid", guest_ask(&children[i], PID), pids[i]);
        CHECK("child's parent", guest_ask(&children[i], PARENT), parent);
        CHECK("child's group", guest_ask(&children[i], GROUP), group);
        CHECK("child's session", guest_ask(&children[i], SESSION), session);
        CHECK("below the child", guest_ask(&children[i], BELOW), DEPTH - 2);
        CHECK("nobody else to wait for", waitpid(-1, NULL, WNOHANG), 0);
        CHECK("statuses below", guest_ask(&children[i], END_BELOW), 20 + 30);
        CHECK("status", guest_end_child(&children[i], 40 + i), (40 + i) << 8);
    }
    CHECK_ERRNO("no child left", waitpid(-1, NULL, 0), ECHILD);
}
