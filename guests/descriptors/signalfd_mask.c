// A signalfd keeps its mask and delivers signals that were pending and ones that come later.
#include "guest.h"
#include <sys/signalfd.h>

static int fd, other;

void setup(void)
{
    sigset_t mask, later;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigaddset(&mask, SIGRTMIN + 5);
    sigemptyset(&later);
    sigaddset(&later, SIGUSR2);
    sigset_t both = mask;
    sigaddset(&both, SIGUSR2);
    NEED(sigprocmask(SIG_BLOCK, &both, NULL));
    fd = NEED(signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC));
    other = NEED(signalfd(-1, &later, SFD_NONBLOCK));
    union sigval value = {.sival_int = 42};
    NEED(sigqueue(getpid(), SIGRTMIN + 5, value)); // pending at the checkpoint
}

void sabotage(void)
{
    sigset_t mask;
    sigfillset(&mask);
    NEED(signalfd(other, &mask, 0));
}

void verify(void)
{
    struct signalfd_siginfo info = {0};
    CHECK("close-on-exec", fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_ERRNO("nothing for the other", read(other, &info, sizeof info), EAGAIN);
    CHECK("read", read(fd, &info, sizeof info), sizeof info);
    CHECK("signal", info.ssi_signo, SIGRTMIN + 5);
    CHECK("code", info.ssi_code, SI_QUEUE);
    CHECK("value", info.ssi_int, 42);
    CHECK("kill", kill(getpid(), SIGUSR1) + kill(getpid(), SIGUSR2), 0);
    CHECK("read", read(fd, &info, sizeof info), sizeof info);
    CHECK("first", info.ssi_signo, SIGUSR1);
    CHECK_ERRNO("only its own", read(fd, &info, sizeof info), EAGAIN);
    CHECK("read of the other", read(other, &info, sizeof info), sizeof info);
    CHECK("second", info.ssi_signo, SIGUSR2);
}
