// securebits, keepcaps and no_new_privs.
// guest: securebits
// guest: keepcaps
// guest: no_new_privs
// needs: root
#include "guest.h"
#include <linux/securebits.h>
#include <sys/prctl.h>

static const int BITS = SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_NOROOT
                        | SECBIT_NO_CAP_AMBIENT_RAISE;
static int want[3];
static const char *mode;

static void look(int *got)
{
    got[0] = prctl(PR_GET_SECUREBITS);
    got[1] = prctl(PR_GET_KEEPCAPS);
    got[2] = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

void setup(void)
{
    mode = guest_arg(0, "securebits");
    if (strcmp(mode, "securebits") == 0)
        NEED(prctl(PR_SET_SECUREBITS, BITS));
    else if (strcmp(mode, "keepcaps") == 0)
        NEED(prctl(PR_SET_KEEPCAPS, 1));
    else
        NEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    look(want);
    if (want[0] + want[1] + want[2] == 0)
        guest_die("nothing is set");
}

void sabotage(void)
{
    if (strcmp(mode, "no_new_privs") == 0)
        want[2] = 0; // it cannot be unset
    else
        NEED(prctl(PR_SET_SECUREBITS, want[0] & SECBIT_NO_SETUID_FIXUP_LOCKED ? BITS & ~SECBIT_NOROOT
                                                                             : 0));
}

void verify(void)
{
    int got[3];
    look(got);
    CHECK("securebits", got[0], want[0]);
    CHECK("keepcaps", got[1], want[1]);
    CHECK("no_new_privs", got[2], want[2]);
}
