// Sessions: children that have one of their own, made before or after their own children.
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <sys/wait.h>

enum { SESSION, GROUP, PID, INNER_SESSION, INNER_GROUP, NEW_SESSION };

static struct guest_child before, after, inner;

static long answer(int question)
{
    switch (question) {
    case SESSION:
        return getsid(0);
    case GROUP:
        return getpgrp();
    case PID:
        return getpid();
    case INNER_SESSION:
        return guest_ask(&inner, SESSION);
    case INNER_GROUP:
        return guest_ask(&inner, GROUP);
    default:
        return setsid();
    }
}

// Its child stays in the old session.
static void fork_then_lead(void)
{
    guest_start_child(&inner, NULL, answer);
    NEED(setsid());
}

// Its child is in the new one.
static void lead_then_fork(void)
{
    NEED(setsid());
    guest_start_child(&inner, NULL, answer);
}

void setup(void)
{
    guest_start_child(&before, fork_then_lead, answer);
    guest_start_child(&after, lead_then_fork, answer);
}

void sabotage(void)
{
    before.pid++;
}

void verify(void)
{
    CHECK("leads a session", guest_ask(&before, SESSION), before.pid);
    CHECK("leads its group", guest_ask(&before, GROUP), before.pid);
    CHECK("its child's session", guest_ask(&before, INNER_SESSION), getsid(0));
    CHECK("its child's group", guest_ask(&before, INNER_GROUP), getpgrp());
    CHECK("leads a session, too", guest_ask(&after, SESSION), after.pid);
    CHECK("its child's session", guest_ask(&after, INNER_SESSION), after.pid);
    CHECK("its child's group", guest_ask(&after, INNER_GROUP), after.pid);
    CHECK("a leader cannot lead again", guest_ask(&after, NEW_SESSION), -1);
}
