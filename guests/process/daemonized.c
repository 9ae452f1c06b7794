// A daemon in the classic way: the leader of its session, and of its group, has ended. Or the leader of its group alone has, as of
// the first part of a shell's pipeline.
// guest: session
// guest: group
// opt-out: executable: it has new ids
#include "guest.h"

#include <sys/wait.h>

static pid_t group, session;
static pid_t sabotaged;

// Ends when its child has; what comes after is the child's.
static void go_on_in_child(void)
{
    pid_t child = NEED(fork());
    if (child != 0) {
        waitpid(child, NULL, 0);
        _exit(0);
    }
}

void setup(void)
{
    go_on_in_child();
    NEED(setsid());
    session = getpid();
    if (strcmp(guest_arg(0, "session"), "group") == 0) {
        go_on_in_child();
        NEED(setpgid(0, 0));
    }
    group = getpgrp();
    if (NEED(fork()) != 0)
        _exit(0);
    while (getppid() == group || kill(group, 0) == 0 || kill(session, 0) == 0) // until they have been waited for
        usleep(1000);
}

void sabotage(void)
{
    sabotaged++; // neither can be changed back
}

void verify(void)
{
    CHECK("group", getpgrp(), group + sabotaged);
    CHECK("session", getsid(0), session + sabotaged);
}
