// A thread whose seccomp filter kills whoever calls restart_syscall(2), by which the kernel goes on with a sleep that was
// interrupted, sleeps again and again.
#include "guest.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <time.h>

static _Atomic bool begun, ending;
static _Atomic long slept, wrong;
static pthread_t sleeper;

static void *sleep_again(void *unused)
{
    (void)unused;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_restart_syscall, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    NEED((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
    begun = true;
    while (!ending) {
        struct timespec time = {.tv_nsec = 200000000};
        if (nanosleep(&time, NULL) != 0)
            wrong++;
        slept++;
    }
    return NULL;
}

void setup(void)
{
    NEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    NEED_ZERO(pthread_create(&sleeper, NULL, sleep_again, NULL));
    while (!begun)
        usleep(100);
}

void sabotage(void)
{
    wrong++;
}

void verify(void)
{
    guest_check_goes_on("it sleeps", &slept, 2);
    ending = true;
    NEED_ZERO(pthread_join(sleeper, NULL));
    CHECK("sleeps that failed", wrong, 0);
}
