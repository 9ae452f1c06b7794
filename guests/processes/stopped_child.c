// A child that is stopped stays so, whether its parent has been told or not, and goes on by SIGCONT.
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <sys/wait.h>

static struct guest_child told, untold, running;

static long answer(int question)
{
    return question + 1;
}

void setup(void)
{
    guest_expect_signals();
    guest_start_child(&told, NULL, answer);
    guest_start_child(&untold, NULL, answer);
    guest_start_child(&running, NULL, answer);
    siginfo_t info;
    NEED(kill(told.pid, SIGSTOP));
    NEED(waitid(P_PID, (id_t)told.pid, &info, WSTOPPED));
    NEED(kill(untold.pid, SIGSTOP));
    NEED(waitid(P_PID, (id_t)untold.pid, &info, WSTOPPED | WNOWAIT));
}

void sabotage(void)
{
    NEED(kill(told.pid, SIGCONT));
}

static bool has_proc(void)
{
    char path[64], self[64];
    snprintf(path, sizeof path, "%d", getpid());
    ssize_t length = readlink("/proc/self", self, sizeof self - 1);
    self[length < 0 ? 0 : length] = 0;
    return strcmp(path, self) == 0;
}

void verify(void)
{
    if (has_proc()) {
        CHECK("state of one", guest_state(told.pid), 'T');
        CHECK("state of the other", guest_state(untold.pid), 'T');
    }
    siginfo_t info = {0};
    CHECK("waitid for news", waitid(P_PID, (id_t)told.pid, &info, WSTOPPED | WNOHANG), 0);
    CHECK("no news", info.si_pid, 0);
    CHECK("waitid for news of the other", waitid(P_PID, (id_t)untold.pid, &info, WSTOPPED | WNOHANG), 0);
    CHECK("news of the other", info.si_pid, untold.pid);
    info = (siginfo_t){0};
    CHECK("waitid", waitid(P_PID, (id_t)told.pid, &info, WCONTINUED | WNOHANG), 0);
    CHECK("has not been continued", info.si_pid, 0);
    CHECK("the running one", guest_ask(&running, 1), 2);
    NEED(kill(told.pid, SIGCONT));
    NEED(kill(untold.pid, SIGCONT));
    CHECK("it goes on", guest_ask(&told, 2), 3);
    CHECK("the other, too", guest_ask(&untold, 3), 4);
    CHECK("status", guest_end_child(&told, 1), 1 << 8);
    CHECK("status of the other", guest_end_child(&untold, 2), 2 << 8);
}
