// Seccomp filters of all threads and of single ones go on judging, in their order, and threads that had one filter in
// common still have.
// guest: all
// guest: some
// guest: chain
#include "guest.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

enum { THREADS = 3 };

static const char *mode;

// Fails one call with an errno, allows everything else.
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
    if (strcmp(mode, "some") == 0 && number == 1)
        NEED(filter(0, SYS_sync, EXDEV));
    if (strcmp(mode, "chain") == 0) // after the common one
        NEED(filter(0, SYS_sync, number == 2 ? ENOLCK : EXDEV));
}

static int number_filters(pid_t tid)
{
    char path[64], text[4096] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/status", tid);
    if (guest_read_file(path, text, sizeof text) < 0)
        return -1;
    char *at = strstr(text, "Seccomp_filters:");
    return at == NULL ? -1 : atoi(at + strlen("Seccomp_filters:"));
}

static void check_sync(int want)
{
    errno = 0;
    long result = syscall(SYS_sync);
    CHECK("sync", result, want == 0 ? 0 : -1);
    CHECK("sync", errno, want);
}

static void check(int number)
{
    if (strcmp(mode, "some") == 0) {
        check_sync(number == 1 ? EXDEV : 0);
        CHECK("filters", number_filters(gettid()), number == 1);
        return;
    }
    CHECK_ERRNO("mknod", syscall(SYS_mknod, "", 0, 0), ECHILD);
    if (strcmp(mode, "chain") == 0) {
        check_sync(number == 2 ? ENOLCK : EXDEV);
        CHECK("filters", number_filters(gettid()), 2);
    } else {
        CHECK("filters", number_filters(gettid()), 1);
    }
}

void setup(void)
{
    mode = guest_arg(0, "all");
    NEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    if (strcmp(mode, "some") != 0)
        NEED(filter(0, SYS_mknod, ECHILD));
    guest_start_threads(THREADS, set_up, check);
}

void sabotage(void)
{
    NEED(filter(0, SYS_sync, EUCLEAN));
    NEED(filter(0, SYS_mknod, EUCLEAN));
}

void verify(void)
{
    CHECK("no new privileges", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
    if (strcmp(mode, "some") == 0) {
        check_sync(0);
    } else {
        CHECK_ERRNO("mknod", syscall(SYS_mknod, "", 0, 0), ECHILD);
        check_sync(0);
    }
    guest_join_threads();
    if (strcmp(mode, "all") == 0)
        CHECK("the leader's is theirs", number_filters(getpid()), 1);
}
