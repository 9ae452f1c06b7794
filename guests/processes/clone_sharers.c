// Processes that share by clone(2): descriptor table, directories, memory, signal handlers.
// guest: files
// guest: fs
// guest: vm
// guest: sighand
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <sched.h>
#include <sys/wait.h>

enum { OPEN, UMASK, CHDIR, STORE, HANDLER };

static struct guest_child child;
static int questions, answers;
static int kept;
static int wanted_status = 9;
static volatile int shared_word;
static char stack[1 << 18] __attribute__((aligned(16)));

static void handler(int signal)
{
    (void)signal;
}

static long answer(int question)
{
    switch (question) {
    case OPEN:
        return open(guest_path("opened"), O_RDWR | O_CREAT, 0600);
    case UMASK:
        return umask(051);
    case CHDIR:
        return chdir("/tmp");
    case STORE:
        return shared_word = 77;
    default:
        return (long)signal(SIGUSR2, handler);
    }
}

static int run(void *argument)
{
    (void)argument;
    guest_serve(questions, answers, NULL, answer);
}

static int flags(const char *kind)
{
    if (strcmp(kind, "files") == 0)
        return CLONE_FILES;
    if (strcmp(kind, "fs") == 0)
        return CLONE_FS;
    return strcmp(kind, "vm") == 0 ? CLONE_VM : CLONE_VM | CLONE_SIGHAND;
}

void setup(void)
{
    guest_child_pipes(&child, &questions, &answers);
    umask(027);
    child.pid = NEED(clone(run, stack + sizeof stack, flags(guest_arg(0, "files")) | SIGCHLD, NULL));
    kept = questions;
    guest_await_child(&child);
}

void sabotage(void)
{
    const char *kind = guest_arg(0, "files");
    if (strcmp(kind, "files") == 0)
        NEED(unshare(CLONE_FILES));
    else if (strcmp(kind, "fs") == 0)
        NEED(unshare(CLONE_FS));
    else
        wanted_status++; // memory and handlers cannot be left
}

void verify(void)
{
    const char *kind = guest_arg(0, "files");
    if (strcmp(kind, "files") == 0) {
        long fd = guest_ask(&child, OPEN);
        CHECK("opened by the child", fcntl((int)fd, F_GETFD), 0);
        CHECK("closed here", close((int)fd), 0);
    } else if (strcmp(kind, "fs") == 0) {
        CHECK("the child's umask", guest_ask(&child, UMASK), 027);
        CHECK("is ours", umask(027), 051);
    } else if (strcmp(kind, "vm") == 0) {
        CHECK("stored by the child", guest_ask(&child, STORE), 77);
        CHECK("seen here", shared_word, 77);
        shared_word = 0;
        guest_ask(&child, HANDLER);
        struct sigaction action;
        NEED(sigaction(SIGUSR2, NULL, &action));
        CHECK("the child's handlers are its own", action.sa_handler == SIG_DFL, true);
    } else {
        guest_ask(&child, HANDLER);
        struct sigaction action;
        NEED(sigaction(SIGUSR2, NULL, &action));
        CHECK("the child's handlers are ours", action.sa_handler == handler, true);
        signal(SIGUSR2, SIG_DFL);
    }
    CHECK("parent", fcntl(kept, F_GETFD) >= 0, true);
    CHECK("status", guest_end_child(&child, 9), wanted_status << 8);
}
