// Who has logged in, as the kernel's audit counts it: another one in a child, and one that inherits it.
// needs: root
// opt-out: executable: it keeps the login of whoever executes it
#include "guest.h"
#include <sys/wait.h>

static pid_t child, heir;

static unsigned login_of(pid_t pid)
{
    char path[40];
    unsigned uid = 0;
    sprintf(path, "/proc/%d/loginuid", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        guest_skip("the kernel has no audit");
    CHECK("loginuid", fscanf(file, "%u", &uid), 1);
    fclose(file);
    return uid;
}

static void log_in(const char *uid)
{
    int fd = NEED(open("/proc/self/loginuid", O_WRONLY));
    NEED(write(fd, uid, strlen(uid)));
    NEED(close(fd));
}

void setup(void)
{
    login_of(getpid());
    log_in("1234");
    heir = NEED(fork());
    if (heir == 0)
        for (;;)
            pause();
    int ready[2];
    NEED(pipe(ready));
    child = NEED(fork());
    if (child == 0) {
        log_in("4294967295");
        NEED(write(ready[1], "x", 1));
        for (;;)
            pause();
    }
    NEED(read(ready[0], &(char){0}, 1));
}

void sabotage(void)
{
    log_in("1235");
}

void verify(void)
{
    CHECK("own", login_of(getpid()), 1234);
    CHECK("heir", login_of(heir), 1234);
    CHECK("nobody", login_of(child), 4294967295u);
    kill(heir, SIGKILL);
    kill(child, SIGKILL);
    CHECK("one", wait(NULL) > 0, true);
    CHECK("two", wait(NULL) > 0, true);
}
