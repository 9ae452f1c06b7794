// The system's console, open beside the standard streams: it is not the terminal that the program was started from.
// needs: root
#include "guest.h"
#include <sys/stat.h>
#include <sys/sysmacros.h>

static int console;

void setup(void)
{
    console = open("/dev/console", O_WRONLY | O_NOCTTY | O_NONBLOCK);
    if (console < 0)
        guest_skip("no console: %s", strerror(errno));
}

void sabotage(void)
{
    NEED(dup2(NEED(open("/dev/null", O_WRONLY)), console));
}

void verify(void)
{
    struct stat status;
    NEED(fstat(console, &status));
    CHECK("device", status.st_rdev, makedev(5, 1));
    CHECK("flags", fcntl(console, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_WRONLY | O_NONBLOCK);
}
