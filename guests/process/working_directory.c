// The working directory and the umask.
#include "guest.h"

static char want[PATH_MAX];

void setup(void)
{
    NEED(mkdir(guest_path("a"), 0755));
    NEED(mkdir(guest_path("a/b c"), 0755));
    NEED(chdir(guest_path("a/b c")));
    umask(0027);
    if (getcwd(want, sizeof want) == NULL)
        guest_die("getcwd: %s", strerror(errno));
}

void sabotage(void)
{
    NEED(chdir(".."));
}

void verify(void)
{
    char now[PATH_MAX] = "";
    struct stat status = {0};
    CHECK("getcwd", getcwd(now, sizeof now) != NULL, 1);
    CHECK_STRING("working directory", now, want);
    unlink("relative");
    CHECK("create by a relative name", close(open("relative", O_WRONLY | O_CREAT, 0777)), 0);
    CHECK("stat", stat(guest_path("a/b c/relative"), &status), 0);
    CHECK("mode after the umask", status.st_mode & 0777, 0750);
    CHECK("umask", umask(0), 0027);
}
