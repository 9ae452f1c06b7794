// What cannot be saved is refused by name, and the program goes on; one case a kind of open file or memory.
// guest: io_uring
// guest: io_uring_polled
// guest: userfaultfd
// guest: perf_event
// guest: bpf_map
// guest: landlock
// guest: seccomp_listener
// guest: kvm
// guest: fanotify
// guest: fanotify_permission
// guest: file_system_context
// guest: mount_tree
// guest: secret_memory
// guest: block_device
// guest: tun
// guest: fuse
// guest: aio
// guest: write_xor_execute
// guest: deadly_filter
// guest: pidfd_of_parent
// guest: proc_of_parent
// guest: proc_on_its_way
// guest: namespace_of_another
// needs: root
// opt-out: resume: it is refused
// opt-out: restore: it is refused
// opt-out: pipe: it is refused
// opt-out: row: it is refused
// opt-out: pid-namespace: it is refused
// opt-out: executable: it is refused
#include "guest.h"
#include <linux/aio_abi.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

static int fd = -1;

// Numbers that are the same on all architectures; headers may be older than the kernel.
enum {
    NR_OPEN_TREE = 428,
    NR_FSOPEN = 430,
    NR_LANDLOCK_CREATE_RULESET = 444,
    NR_MEMFD_SECRET = 447,
    OPEN_TREE_CLONE_FLAG = 1,
    MDWE_SET = 65,
    MDWE_REFUSE_EXEC_GAIN = 1,
};

static int filter(unsigned flags, int number, unsigned action)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    NEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

// A ring with a poll of an eventfd in flight that never counts.
static int waiting_ring(void)
{
    struct io_uring_params at = {0};
    int ring = syscall(SYS_io_uring_setup, 4, &at);
    if (ring < 0)
        return -1;
    char *queue = mmap(NULL, at.sq_off.array + at.sq_entries * sizeof(unsigned), PROT_READ | PROT_WRITE, MAP_SHARED, ring,
                       IORING_OFF_SQ_RING);
    struct io_uring_sqe *entry =
        mmap(NULL, at.sq_entries * sizeof *entry, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
    NEED(queue == MAP_FAILED || (void *)entry == MAP_FAILED ? -1 : 0);
    *entry = (struct io_uring_sqe){.opcode = IORING_OP_POLL_ADD, .fd = NEED(eventfd(0, 0)), .poll32_events = POLLIN};
    ++*(unsigned *)(queue + at.sq_off.tail);
    CHECK("submitted", syscall(SYS_io_uring_enter, ring, 1, 0, 0, NULL, 0), 1);
    return ring;
}

static char *missing; // the page that a thread waits for
static pthread_t toucher;

static void *touch(void *nothing)
{
    (void)nothing;
    return (void *)(intptr_t)*(volatile char *)missing;
}

// A page fault that waits until verify().
static int waited_for(void)
{
    int faults = syscall(SYS_userfaultfd, O_CLOEXEC);
    if (faults < 0)
        return -1;
    NEED(ioctl(faults, UFFDIO_API, &(struct uffdio_api){.api = UFFD_API}));
    missing = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    NEED(ioctl(faults, UFFDIO_REGISTER,
               &(struct uffdio_register){.range = {(uintptr_t)missing, 4096}, .mode = UFFDIO_REGISTER_MODE_MISSING}));
    CHECK("thread", pthread_create(&toucher, NULL, touch, NULL), 0);
    struct uffd_msg fault;
    CHECK("a fault", read(faults, &fault, sizeof fault), (long)sizeof fault);
    return faults;
}

// A context with a poll of an eventfd in flight that never counts.
static int waiting_context(void)
{
    aio_context_t context = 0;
    if (syscall(SYS_io_setup, 8, &context) < 0)
        return -1;
    struct iocb poll = {.aio_lio_opcode = IOCB_CMD_POLL, .aio_fildes = NEED(eventfd(0, 0)), .aio_buf = POLLIN};
    struct iocb *list = &poll;
    CHECK("submitted", syscall(SYS_io_submit, context, 1L, &list), 1);
    return 0;
}

// In the queue of a socket, and nowhere else.
static int send_file(int file)
{
    int pair[2];
    char byte = 1, control[CMSG_SPACE(sizeof file)] = {0};
    struct iovec data = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof file);
    memcpy(CMSG_DATA(rights), &file, sizeof file);
    NEED(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    NEED(sendmsg(pair[0], &message, 0));
    NEED(close(file));
    return pair[1];
}

// The UTS namespace of a child that is gone.
static int namespace_of_child(void)
{
    int ready[2];
    char path[64], byte;
    NEED(pipe(ready));
    pid_t child = NEED(fork());
    if (child == 0) {
        if (unshare(CLONE_NEWUTS) != 0)
            _exit(1);
        NEED(write(ready[1], "r", 1));
        for (;;)
            pause();
    }
    NEED(close(ready[1]));
    ssize_t got = read(ready[0], &byte, 1);
    NEED(close(ready[0]));
    snprintf(path, sizeof path, "/proc/%d/ns/uts", child);
    int file = got == 1 ? open(path, O_RDONLY) : -1;
    NEED(kill(child, SIGKILL));
    NEED(waitpid(child, NULL, 0));
    return file;
}

static int open_kind(const char *kind)
{
    if (strcmp(kind, "io_uring") == 0) {
        return waiting_ring();
    } else if (strcmp(kind, "io_uring_polled") == 0) {
        struct io_uring_params parameters = {.flags = IORING_SETUP_SQPOLL};
        return syscall(SYS_io_uring_setup, 4, &parameters);
    } else if (strcmp(kind, "userfaultfd") == 0) {
        return waited_for();
    } else if (strcmp(kind, "perf_event") == 0) {
        struct perf_event_attr attributes = {.type = PERF_TYPE_SOFTWARE, .size = sizeof attributes, .config = PERF_COUNT_SW_TASK_CLOCK};
        return syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
    } else if (strcmp(kind, "bpf_map") == 0) {
        union bpf_attr attributes = {.map_type = BPF_MAP_TYPE_QUEUE, .value_size = 4, .max_entries = 1};
        return syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes);
    } else if (strcmp(kind, "landlock") == 0) {
        uint64_t handled = 1;
        return syscall(NR_LANDLOCK_CREATE_RULESET, &handled, sizeof handled, 0);
    } else if (strcmp(kind, "seccomp_listener") == 0) {
        return filter(SECCOMP_FILTER_FLAG_NEW_LISTENER, SYS_mknod, SECCOMP_RET_USER_NOTIF);
    } else if (strcmp(kind, "kvm") == 0) {
        int kvm = open("/dev/kvm", O_RDWR);
        return kvm < 0 ? -1 : ioctl(kvm, 0xae01, 0); // KVM_CREATE_VM
    } else if (strcmp(kind, "fanotify") == 0) {
        int group = fanotify_init(FAN_CLASS_NOTIF, O_RDONLY);
        const char *watched = guest_path("watched");
        close(open(watched, O_CREAT | O_WRONLY, 0600));
        if (group >= 0)
            NEED(fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, watched));
        close(open(watched, O_RDONLY)); // an event that nobody reads
        return group;
    } else if (strcmp(kind, "fanotify_permission") == 0) {
        return fanotify_init(FAN_CLASS_CONTENT, O_RDONLY);
    } else if (strcmp(kind, "file_system_context") == 0) {
        return syscall(NR_FSOPEN, "tmpfs", 0);
    } else if (strcmp(kind, "mount_tree") == 0) {
        return syscall(NR_OPEN_TREE, AT_FDCWD, "/proc", OPEN_TREE_CLONE_FLAG);
    } else if (strcmp(kind, "secret_memory") == 0) {
        return syscall(NR_MEMFD_SECRET, 0);
    } else if (strcmp(kind, "block_device") == 0) {
        return open("/dev/loop0", O_RDONLY);
    } else if (strcmp(kind, "tun") == 0) {
        return open("/dev/net/tun", O_RDWR);
    } else if (strcmp(kind, "fuse") == 0) {
        return open("/dev/fuse", O_RDWR);
    } else if (strcmp(kind, "aio") == 0) {
        return waiting_context();
    } else if (strcmp(kind, "aio_new") == 0) {
        aio_context_t context = 0;
        return syscall(SYS_io_setup, 8, &context);
    } else if (strcmp(kind, "write_xor_execute") == 0) {
        return prctl(MDWE_SET, MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
    } else if (strcmp(kind, "deadly_filter") == 0) {
        return filter(0, SYS_shmat, SECCOMP_RET_KILL_PROCESS);
    } else if (strcmp(kind, "pidfd_of_parent") == 0) {
        return syscall(SYS_pidfd_open, 1, 0); // who started this guest may be on its way out
    } else if (strcmp(kind, "proc_of_parent") == 0) {
        return open("/proc/1/status", O_RDONLY);
    } else if (strcmp(kind, "proc_on_its_way") == 0) {
        return send_file(NEED(open("/proc/self/status", O_RDONLY)));
    } else if (strcmp(kind, "namespace_of_another") == 0) {
        return namespace_of_child();
    }
    errno = EINVAL;
    return -1;
}

void setup(void)
{
    const char *kind = guest_arg(0, "io_uring");
    fd = open_kind(kind);
    if (fd < 0)
        guest_skip("%s: %s", kind, strerror(errno));
}

void sabotage(void)
{
    fd = -1;
}

void verify(void)
{
    CHECK("it is still there", fd >= 0, 1);
    if (missing != NULL && fd >= 0) {
        void *got = (void *)1;
        CHECK("the fault is served",
              ioctl(fd, UFFDIO_ZEROPAGE, &(struct uffdio_zeropage){.range = {(uintptr_t)missing, 4096}}), 0);
        CHECK("the thread goes on", pthread_join(toucher, &got), 0);
        CHECK("what it read", (intptr_t)got, 0);
    }
}
