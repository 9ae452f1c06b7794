// A directory that was opened before chroot(2), above the root since: a way out.
// needs: root
// opt-out: proof: it has no name in the mount namespace of the proof
#include "guest.h"

static int above;

void setup(void)
{
    guest_enter_dir();
    above = NEED(open("/etc", O_RDONLY | O_DIRECTORY));
    if (chroot(".") != 0)
        guest_skip("chroot: %s", strerror(errno));
}

void sabotage(void)
{
    NEED(dup2(NEED(open(".", O_RDONLY | O_DIRECTORY)), above));
}

void verify(void)
{
    CHECK_ERRNO("nothing outside", access("/etc/passwd", F_OK), ENOENT);
    CHECK("but by the open directory", faccessat(above, "passwd", F_OK, 0), 0);
}
