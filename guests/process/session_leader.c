// A program that leads its session (setsid) or only its process group still does.
// guest: session
// guest: group
#include "guest.h"

static bool session;
static pid_t sabotaged;

void setup(void)
{
    session = strcmp(guest_arg(0, "session"), "session") == 0;
    if (session && setsid() < 0 && getsid(0) != getpid())
        guest_skip("leads a group already: cannot become a session leader");
    if (!session && getsid(0) != getpid())
        NEED(setpgid(0, 0));
    session = session || getsid(0) == getpid();
}

void sabotage(void)
{
    sabotaged++; // leadership cannot be given up
}

void verify(void)
{
    CHECK("group", getpgrp(), getpid() + sabotaged);
    if (session)
        CHECK("session", getsid(0), getpid() + sabotaged);
}
