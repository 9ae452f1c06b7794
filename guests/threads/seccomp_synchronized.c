// Filters that one thread has given to all are one after a restore, too: it can give them another one.
// opt-out: executable: its threads install their filters each for itself, so that they are alike, not the same
#include "guest.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

static int filter(unsigned flags, int number, int error)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static void set_up(int number)
{
    (void)number;
}

static void check(int number)
{
    (void)number;
    CHECK_ERRNO("the old one", syscall(SYS_mknod, "", 0, 0), ECHILD);
    CHECK_ERRNO("the new one", syscall(SYS_sync), EXDEV);
}

void setup(void)
{
    guest_start_threads(3, set_up, check);
    NEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    CHECK("tsync", filter(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG, SYS_mknod, ECHILD), 0);
}

void sabotage(void)
{
    NEED(filter(0, SYS_sync, EUCLEAN));
    NEED(filter(0, SYS_mknod, EUCLEAN));
}

void verify(void)
{
    CHECK("tsync", filter(SECCOMP_FILTER_FLAG_TSYNC, SYS_sync, EXDEV), 0);
    CHECK_ERRNO("the old one", syscall(SYS_mknod, "", 0, 0), ECHILD);
    guest_join_threads();
}
