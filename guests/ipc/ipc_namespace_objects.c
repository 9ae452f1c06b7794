// Everything in an IPC namespace of its own is the program's: segments that it has attached and that nobody has, semaphores with what
// is undone at its end, messages; ids and keys are those of no other system.
// needs: root
#include "guest.h"
#include <sched.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

enum { SIZE = 3 * 4096 + 100, KEY = 0x1234, USER = 1001, GROUP = 1002 };

static int first, unattached, empty, going, set, idle_set, queue;
static char *memory, *view, *last;
static struct {
    long type;
    char text[5000];
} message;

static void give(int segment)
{
    struct shmid_ds status;
    NEED(shmctl(segment, IPC_STAT, &status));
    status.shm_perm.uid = USER;
    status.shm_perm.gid = GROUP;
    status.shm_perm.mode = 0604;
    NEED(shmctl(segment, IPC_SET, &status));
}

static int operate(int which, int by, int flags)
{
    struct sembuf operation = {which, by, flags};
    return semop(set, &operation, 1);
}

void setup(void)
{
    NEED_ZERO(unshare(CLONE_NEWIPC));
    first = NEED(shmget(KEY, SIZE, IPC_CREAT | IPC_EXCL | 0640));
    memory = NEED(shmat(first, NULL, 0));
    view = NEED(shmat(first, NULL, SHM_RDONLY));
    guest_fill(memory, SIZE, 1);
    // Ids with a sequence number: what is made and removed leaves a trace in the next.
    NEED(shmctl(NEED(shmget(IPC_PRIVATE, 1, 0600)), IPC_RMID, NULL));
    unattached = NEED(shmget(KEY + 1, SIZE, IPC_CREAT | IPC_EXCL | 0600));
    char *once = NEED(shmat(unattached, NULL, 0));
    guest_fill(once, SIZE, 2);
    NEED(shmdt(once));
    give(unattached);
    empty = NEED(shmget(IPC_PRIVATE, 1 << 20, 0600));
    going = NEED(shmget(IPC_PRIVATE, 4096, 0600));
    last = NEED(shmat(going, NULL, 0));
    NEED(shmctl(going, IPC_RMID, NULL));
    guest_fill(last, 4096, 3);

    set = NEED(semget(KEY, 3, IPC_CREAT | IPC_EXCL | 0640));
    unsigned short values[3] = {10, 20, 30};
    NEED(semctl(set, 0, SETALL, values));
    NEED(operate(0, -3, SEM_UNDO));
    NEED(operate(1, 5, SEM_UNDO));
    idle_set = NEED(semget(IPC_PRIVATE, 7, 0600));

    queue = NEED(msgget(KEY, IPC_CREAT | IPC_EXCL | 0640));
    message.type = 7;
    guest_fill(message.text, sizeof message.text, 4);
    NEED(msgsnd(queue, &message, sizeof message.text, IPC_NOWAIT));
}

void sabotage(void)
{
    char *once = NEED(shmat(unattached, NULL, 0));
    once[SIZE - 1]++;
    NEED(shmdt(once));
}

static void check_segment(const char *what, int segment, int attached, key_t key)
{
    struct shmid_ds status = {0};
    CHECK(what, shmctl(segment, IPC_STAT, &status), 0);
    CHECK(what, status.shm_nattch, attached);
    CHECK(what, status.shm_perm.__key, key);
}

static void check_number(const char *table, int wanted)
{
    char text[4096];
    int lines = -1;
    guest_read_file(table, text, sizeof text);
    for (char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    CHECK(table, lines, wanted);
}

void verify(void)
{
    check_number("/proc/sysvipc/shm", 4);
    check_number("/proc/sysvipc/sem", 2);
    check_number("/proc/sysvipc/msg", 1);
    guest_check_fill("attached", memory, SIZE, 1);
    memory[5]++;
    CHECK("one memory", view[5], memory[5]);
    memory[5]--;
    CHECK("a view", guest_writable(view), 0);
    check_segment("attached", first, 2, KEY);
    CHECK("by its key", shmget(KEY, 0, 0), first);
    check_segment("unattached", unattached, 0, KEY + 1);
    struct shmid_ds status = {0};
    CHECK("status", shmctl(unattached, IPC_STAT, &status), 0);
    CHECK("user", status.shm_perm.uid, USER);
    CHECK("group", status.shm_perm.gid, GROUP);
    CHECK("mode", status.shm_perm.mode & 0777, 0604);
    CHECK("size", status.shm_segsz, SIZE);
    char *once = shmat(unattached, NULL, SHM_RDONLY);
    CHECK("attach", once != (char *)-1, 1);
    guest_check_fill("unattached", once, SIZE, 2);
    CHECK("detach", shmdt(once), 0);
    check_segment("empty", empty, 0, 0);
    check_segment("going", going, 1, 0);
    guest_check_fill("going", last, 4096, 3);

    unsigned short values[3] = {0};
    CHECK("semaphores by their key", semget(KEY, 0, 0), set);
    CHECK("values", semctl(set, 0, GETALL, values), 0);
    CHECK("0", values[0], 7);
    CHECK("1", values[1], 25);
    CHECK("2", values[2], 30);
    CHECK("idle", semctl(idle_set, 6, GETVAL), 0);
    CHECK("unshare", unshare(CLONE_SYSVSEM), 0);
    CHECK("values", semctl(set, 0, GETALL, values), 0);
    CHECK("0 undone", values[0], 10);
    CHECK("1 undone", values[1], 20);

    CHECK("queue by its key", msgget(KEY, 0), queue);
    CHECK("message", msgrcv(queue, &message, sizeof message.text, 0, IPC_NOWAIT), sizeof message.text);
    CHECK("type", message.type, 7);
    guest_check_fill("message", message.text, sizeof message.text, 4);
    CHECK_ERRNO("no more", msgrcv(queue, &message, sizeof message.text, 0, IPC_NOWAIT), ENOMSG);

    CHECK("detach", shmdt(last), 0);
    CHECK_ERRNO("it has gone", shmctl(going, IPC_STAT, &status), EINVAL);
}
