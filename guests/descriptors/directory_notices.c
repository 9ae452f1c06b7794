// F_NOTIFY: a directory's descriptor signals what happens in it, again and again, or once.
#include "guest.h"

static int again, once;
static volatile int signals[2];

static void on_change(int signal)
{
    signals[signal - SIGRTMIN - 4]++;
}

static int watch(const char *name, int signal, unsigned events)
{
    NEED(mkdir(name, 0700));
    int directory = NEED(open(name, O_RDONLY | O_DIRECTORY));
    NEED(fcntl(directory, F_SETSIG, SIGRTMIN + signal));
    NEED(fcntl(directory, F_NOTIFY, events));
    return directory;
}

void setup(void)
{
    guest_expect_signals();
    guest_enter_dir();
    signal(SIGRTMIN + 4, on_change);
    signal(SIGRTMIN + 5, on_change);
    rmdir("again");
    rmdir("once");
    again = watch("again", 4, DN_CREATE | DN_DELETE | DN_MULTISHOT);
    once = watch("once", 5, DN_DELETE);
}

void sabotage(void)
{
    NEED(fcntl(again, F_NOTIFY, 0));
}

static void expect(const char *what, int which, int count)
{
    for (int i = 0; i < 1000 && signals[which] < count; i++)
        usleep(1000);
    CHECK(what, signals[which], count);
}

void verify(void)
{
    CHECK("create", close(openat(again, "x", O_CREAT | O_WRONLY, 0600)), 0);
    expect("created", 0, 1);
    CHECK("delete", unlinkat(again, "x", 0), 0);
    expect("deleted", 0, 2);
    CHECK("create", close(openat(once, "x", O_CREAT | O_WRONLY, 0600)), 0);
    CHECK("delete", unlinkat(once, "x", 0), 0);
    expect("deleted", 1, 1);
    expect("no more", 0, 2);
}
