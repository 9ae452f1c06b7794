// F_SETOWN by another user than the program is by now: whom the kernel asks for the right to signal.
// needs: root
// opt-out: executable: it is whoever executes it that signals
#include "guest.h"
#include <sys/socket.h>

#ifndef F_GETOWNER_UIDS
#define F_GETOWNER_UIDS 17
#endif

static int by_other[2], by_root[2];
static volatile int signals, signal_fd;

static void on_input(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    signals++;
    signal_fd = info->si_fd;
}

void setup(void)
{
    guest_expect_signals();
    struct sigaction action = {.sa_sigaction = on_input, .sa_flags = SA_SIGINFO | SA_RESTART};
    NEED(sigaction(SIGRTMIN + 3, &action, NULL));
    NEED(pipe(by_other));
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, by_root));
    NEED(setresuid(5, 7, 0));
    NEED(fcntl(by_other[0], F_SETOWN, getpid()));
    NEED(setresuid(0, 0, 0));
    struct f_owner_ex thread = {.type = F_OWNER_TID, .pid = gettid()};
    NEED(fcntl(by_root[0], F_SETOWN_EX, &thread));
    int reading[] = {by_other[0], by_root[0]};
    for (int i = 0; i < 2; i++) {
        NEED(fcntl(reading[i], F_SETSIG, SIGRTMIN + 3));
        NEED(fcntl(reading[i], F_SETFL, O_ASYNC | O_NONBLOCK));
    }
}

void sabotage(void)
{
    NEED(fcntl(by_other[0], F_SETOWN, getpid()));
}

static void check(const char *what, int file, uid_t real, uid_t effective)
{
    uid_t users[2] = {-1, -1};
    CHECK(what, fcntl(file, F_GETOWNER_UIDS, users), 0);
    CHECK(what, users[0], real);
    CHECK(what, users[1], effective);
}

void verify(void)
{
    check("another's", by_other[0], 5, 7);
    check("root's", by_root[0], 0, 0);
    struct f_owner_ex owner = {0};
    CHECK("owner", fcntl(by_root[0], F_GETOWN_EX, &owner), 0);
    CHECK("type", owner.type, F_OWNER_TID);
    guest_check_id("thread", owner.pid, gettid());
    signals = 0;
    CHECK("write", write(by_root[1], "a", 1), 1);
    for (int i = 0; i < 1000 && signals == 0; i++)
        usleep(1000);
    CHECK("signals", signals, 1);
    CHECK("descriptor", signal_fd, by_root[0]);
    // User 5 may not signal root.
    CHECK("write", write(by_other[1], "a", 1), 1);
    usleep(10000);
    CHECK("signals", signals, 1);
}
