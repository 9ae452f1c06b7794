// What is in the way of saving an IPC namespace is refused by name, and the program goes on.
// guest: next_id
// guest: forced
// guest: notified
// guest: long_message
// guest: full
// guest: entered
// guest: outsider
// guest: thread
// guest: attached_before
// guest: attached_beside
// guest: queue_of_parent
// needs: root
// opt-out: resume: it is refused
// opt-out: restore: it is refused
// opt-out: pipe: it is refused
// opt-out: row: it is refused
// opt-out: pid-namespace: it is refused
// opt-out: executable: it is refused
#include "guest.h"
#include <mqueue.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/wait.h>

static struct guest_child first, second;
static char message[5000] = {1};

static bool is(const char *kind)
{
    return strcmp(guest_arg(0, ""), kind) == 0;
}

static void set_limit(const char *file, const char *value)
{
    int opened = NEED(open(file, O_WRONLY | O_CLOEXEC));
    NEED(write(opened, value, strlen(value)));
    close(opened);
}

static long answer(int question)
{
    return question;
}

static void leave(void)
{
    NEED_ZERO(unshare(CLONE_NEWIPC));
}

static void enter_first(void)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/ipc", first.pid);
    int namespace = NEED(open(path, O_RDONLY | O_CLOEXEC));
    NEED_ZERO(setns(namespace, CLONE_NEWIPC));
    close(namespace);
}

// A child that nobody of the set is the parent of; it ends with the guest, whose end of the pipe it waits for.
static void start_outsider(void)
{
    static int ends[2];
    NEED(pipe2(ends, O_CLOEXEC));
    pid_t middle = NEED(fork());
    if (middle == 0) {
        if (fork() != 0)
            _exit(0);
        char byte;
        NEED(dup2(ends[0], 0));
        NEED(syscall(SYS_close_range, 1, ~0U, 0));
        setsid();
        _exit(read(0, &byte, 1) != 0);
    }
    close(ends[0]);
    NEED(waitpid(middle, NULL, 0));
}

static void *leave_alone(void *unused)
{
    leave();
    NEED(shmget(IPC_PRIVATE, 4096, 0600));
    *(_Atomic bool *)unused = true;
    while (true)
        pause();
    return NULL;
}

void setup(void)
{
    if (is("entered")) {
        guest_start_child(&first, leave, answer);
        guest_start_child(&second, enter_first, answer);
        return;
    }
    if (is("thread")) {
        static _Atomic bool left;
        pthread_t thread;
        NEED_ZERO(pthread_create(&thread, NULL, leave_alone, (void *)&left));
        while (!left)
            usleep(1000);
        return;
    }
    if (is("attached_before")) {
        int segment = NEED(shmget(IPC_PRIVATE, 8192, 0600));
        NEED(shmat(segment, NULL, 0));
        NEED(shmctl(segment, IPC_RMID, NULL)); // it is everybody's namespace
    }
    leave();
    if (is("attached_before"))
        NEED(shmget(IPC_PRIVATE, 8192, 0600));
    if (is("next_id"))
        set_limit("/proc/sys/kernel/shm_next_id", "77");
    if (is("forced")) {
        NEED(shmget(IPC_PRIVATE, 4096, 0600));
        set_limit("/proc/sys/kernel/shm_rmid_forced", "1");
    }
    if (is("notified") || is("queue_of_parent")) {
        mqd_t queue = mq_open("/queue", O_RDWR | O_CREAT | O_EXCL, 0600, NULL);
        if (queue == (mqd_t)-1 && errno == ENOSYS)
            guest_skip("no POSIX message queues");
        NEED(queue);
        if (is("notified"))
            NEED(mq_notify(queue, &(struct sigevent){.sigev_notify = SIGEV_NONE}));
        if (is("queue_of_parent"))
            guest_start_child(&first, leave, answer);
    }
    if (is("long_message")) {
        NEED(msgsnd(NEED(msgget(IPC_PRIVATE, 0600)), message, 4000, 0));
        set_limit("/proc/sys/kernel/msgmax", "1000");
    }
    if (is("full"))
        set_limit("/proc/sys/kernel/shmmni", "0");
    if (is("attached_beside")) {
        NEED(shmat(NEED(shmget(IPC_PRIVATE, 8192, 0600)), NULL, 0));
        guest_start_child(&first, leave, answer);
    }
    if (is("outsider"))
        start_outsider();
}

void sabotage(void)
{
    guest_fail("it is told to");
}

void verify(void)
{
    struct guest_child *children[] = {&first, &second};
    for (int i = 0; i < 2; i++)
        if (children[i]->pid != 0) {
            CHECK("the child answers", guest_ask(children[i], 5), 5);
            CHECK("its end", guest_end_child(children[i], 0), 0);
        }
}
