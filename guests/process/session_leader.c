// A program that leads its session (setsid) or only its process group still does.
// guest: session
// guest: group
#include "guest.h"

static bool session;
static pid_t own_id;

void setup(void)
{
    session = strcmp(guest_arg(0, "session"), "session") == 0;
    if (session && setsid() < 0 && getsid(0) != getpid())
        guest_skip("leads a group already: cannot become a session leader");
    if (!session && getsid(0) != getpid())
        NEED(setpgid(0, 0));
    session = session || getsid(0) == getpid();
    own_id = getpid();
}

void sabotage(void)
{
    own_id++; // leadership cannot be given up
}

void verify(void)
{
    CHECK("group", getpgrp(), own_id);
    if (session)
        CHECK("session", getsid(0), own_id);
}
