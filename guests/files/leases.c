// Leases on files are held after a restore, and their breaking is told by the chosen signal.
// opt-out: proof: opening its file again would break the original's lease: refused by name
#include "guest.h"

static int reader, writer;

void setup(void)
{
    close(NEED(open(guest_path("read"), O_RDWR | O_CREAT | O_EXCL, 0600)));
    close(NEED(open(guest_path("write"), O_RDWR | O_CREAT | O_EXCL, 0600)));
    reader = NEED(open(guest_path("read"), O_RDONLY));
    writer = NEED(open(guest_path("write"), O_RDWR));
    if (fcntl(reader, F_SETLEASE, F_RDLCK) < 0)
        guest_skip("no leases in this file system");
    NEED(fcntl(writer, F_SETLEASE, F_WRLCK));
    NEED(fcntl(writer, F_SETSIG, SIGRTMIN + 3));
}

void sabotage(void)
{
    NEED(fcntl(reader, F_SETLEASE, F_UNLCK));
}

void verify(void)
{
    struct f_owner_ex owner = {0};
    CHECK("read lease", fcntl(reader, F_GETLEASE), F_RDLCK);
    CHECK("write lease", fcntl(writer, F_GETLEASE), F_WRLCK);
    CHECK("signal", fcntl(writer, F_GETSIG), SIGRTMIN + 3);
    CHECK("owner", fcntl(writer, F_GETOWN_EX, &owner), 0);
    CHECK("owner", owner.pid, getpid());
}
