// The limits of an IPC namespace of its own, and objects that were made under higher ones.
// guest: lowered
// guest: forced
// needs: root
#include "guest.h"
#include <mqueue.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

static const struct limit {
    const char *file, *raised, *last, *reads;
} limits[] = {
    {"/proc/sys/kernel/msgmax", "10000", "9500", "9500\n"},
    {"/proc/sys/kernel/msgmnb", "90000", "1000", "1000\n"},
    {"/proc/sys/kernel/msgmni", "100", "1", "1\n"},
    {"/proc/sys/kernel/sem", "300 1000 50 20", "2 4 1 1", "2\t4\t1\t1\n"},
    {"/proc/sys/kernel/shmmax", "10000000", "2000000", "2000000\n"},
    {"/proc/sys/kernel/shmall", "5000", "4000", "4000\n"},
    {"/proc/sys/kernel/shmmni", "100", "3", "3\n"},
    {"/proc/sys/fs/mqueue/queues_max", "300", "1", "1\n"},
    {"/proc/sys/fs/mqueue/msg_max", "50", "2", "2\n"},
    {"/proc/sys/fs/mqueue/msgsize_max", "10000", "200", "200\n"},
    {"/proc/sys/fs/mqueue/msg_default", "5", "2", "2\n"},
    {"/proc/sys/fs/mqueue/msgsize_default", "500", "150", "150\n"},
    {"/proc/sys/kernel/shm_rmid_forced", "0", "0", "0\n"},
};
enum { LIMITS = sizeof limits / sizeof *limits, SIZE = 3000000 };

static int segment, set, queue;
static char *memory;
static struct {
    long type;
    char text[9000];
} message;

static bool is_forced(void)
{
    return strcmp(guest_arg(0, "lowered"), "forced") == 0;
}

static void set_limit(const char *file, const char *value)
{
    int opened = NEED(open(file, O_WRONLY | O_CLOEXEC));
    NEED(write(opened, value, strlen(value)));
    close(opened);
}

void setup(void)
{
    NEED_ZERO(unshare(CLONE_NEWIPC));
    for (int i = 0; i < LIMITS; i++)
        set_limit(limits[i].file, limits[i].raised);
    segment = NEED(shmget(1, SIZE, IPC_CREAT | 0600));
    memory = NEED(shmat(segment, NULL, 0));
    guest_fill(memory, SIZE, 1);
    set = NEED(semget(1, 250, IPC_CREAT | 0600));
    NEED(semget(2, 5, IPC_CREAT | 0600));
    queue = NEED(msgget(1, IPC_CREAT | 0600));
    NEED(msgget(2, IPC_CREAT | 0600));
    message.type = 1;
    guest_fill(message.text, sizeof message.text, 2);
    NEED(msgsnd(queue, &message, sizeof message.text, IPC_NOWAIT));
    struct mq_attr large = {.mq_maxmsg = 40, .mq_msgsize = 300};
    mqd_t opened = NEED(mq_open("/large", O_RDWR | O_CREAT | O_EXCL, 0600, &large));
    NEED(mq_close(opened));
    for (int i = 0; i < LIMITS; i++)
        set_limit(limits[i].file, limits[i].last);
    if (is_forced())
        set_limit("/proc/sys/kernel/shm_rmid_forced", "1");
}

void sabotage(void)
{
    set_limit("/proc/sys/kernel/msgmnb", "1001");
}

void verify(void)
{
    for (int i = 0; i < LIMITS; i++) {
        char text[100];
        bool forced = is_forced() && i == LIMITS - 1;
        CHECK("read", guest_read_file(limits[i].file, text, sizeof text) > 0, 1);
        CHECK_STRING(limits[i].file, text, forced ? "1\n" : limits[i].reads);
    }
    struct shmid_ds status = {0};
    guest_check_fill("memory", memory, SIZE, 1);
    CHECK("attached", shmctl(segment, IPC_STAT, &status), 0);
    CHECK("attached", status.shm_nattch, 1);
    CHECK("semaphores", semctl(set, 249, GETVAL), 0);
    struct msqid_ds about = {0};
    CHECK("queue", msgctl(queue, IPC_STAT, &about), 0);
    CHECK("its size", about.msg_qbytes, 90000);
    CHECK("message", msgrcv(queue, &message, sizeof message.text, 0, IPC_NOWAIT), sizeof message.text);
    guest_check_fill("message", message.text, sizeof message.text, 2);
    struct mq_attr attributes = {0};
    mqd_t opened = mq_open("/large", O_RDWR);
    CHECK("posix queue", mq_getattr(opened, &attributes), 0);
    CHECK("messages", attributes.mq_maxmsg, 40);
    CHECK("bytes", attributes.mq_msgsize, 300);
    CHECK("close", mq_close(opened), 0);
    CHECK("detach", shmdt(memory), 0);
    CHECK("goes with its last attachment", shmctl(segment, IPC_STAT, &status), is_forced() ? -1 : 0);
}
