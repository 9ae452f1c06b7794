// Processes in IPC namespaces: one in its parent's, which shares its segment; one in its own, where the same ids and keys mean
// others; and a child of that one in a third.
// opt-out: executable: an executable holds one process
// needs: root
#include "guest.h"

#include <sched.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>

enum { KEY = 77, SIZE = 8192, READ, WRITE, NAMESPACE, UNATTACHED, TAKE, VALUE, INNER = 100 };

static struct guest_child sharer, alone, inner;
static char *memory;
static int segment, unattached, set;

static void make(int seed)
{
    segment = NEED(shmget(KEY, SIZE, IPC_CREAT | IPC_EXCL | 0600));
    memory = NEED(shmat(segment, NULL, 0));
    guest_fill(memory, SIZE, (uint64_t)seed);
    memory[0] = (char)seed;
    unattached = NEED(shmget(IPC_PRIVATE, SIZE, 0600));
    char *once = NEED(shmat(unattached, NULL, 0));
    once[SIZE - 1] = (char)(seed + 10);
    NEED(shmdt(once));
    set = NEED(semget(KEY, 1, IPC_CREAT | IPC_EXCL | 0600));
    NEED(semctl(set, 0, SETVAL, 50));
}

static long read_unattached(void)
{
    char *once = shmat(unattached, NULL, SHM_RDONLY);
    long value = once == (char *)-1 ? -errno : once[SIZE - 1];
    shmdt(once);
    return value;
}

static long take(void)
{
    struct sembuf down = {0, -1, SEM_UNDO};
    return semop(set, &down, 1);
}

static long namespace(void)
{
    struct stat it;
    return stat("/proc/self/ns/ipc", &it) == 0 ? (long)(it.st_ino & 0x7fffffff) : -1;
}

static long answer(int question)
{
    switch (question) {
    case READ:
        return shmget(KEY, 0, 0) == segment ? memory[0] : -1;
    case WRITE:
        return ++memory[0];
    case NAMESPACE:
        return namespace();
    case UNATTACHED:
        return read_unattached();
    case TAKE:
        return take();
    case VALUE:
        return semctl(set, 0, GETVAL);
    default:
        return guest_ask(&inner, question - INNER);
    }
}

static void take_one(void)
{
    NEED(take());
}

static void go_inner(void)
{
    NEED(shmdt(memory));
    NEED_ZERO(unshare(CLONE_NEWIPC));
    make(30);
}

static void go_alone(void)
{
    NEED(shmdt(memory));
    NEED_ZERO(unshare(CLONE_NEWIPC));
    make(20);
    take_one();
    guest_start_child(&inner, go_inner, answer);
}

void setup(void)
{
    NEED_ZERO(unshare(CLONE_NEWIPC));
    make(1);
    take_one();
    guest_start_child(&sharer, take_one, answer);
    guest_start_child(&alone, go_alone, answer);
}

void sabotage(void)
{
    NEED(shmctl(unattached, IPC_RMID, NULL));
}

void verify(void)
{
    CHECK("the child's namespace", guest_ask(&sharer, NAMESPACE), namespace());
    CHECK("the other's is its own", guest_ask(&alone, NAMESPACE) != namespace(), 1);
    CHECK("the third, too", guest_ask(&alone, INNER + NAMESPACE) != guest_ask(&alone, NAMESPACE), 1);
    CHECK("own", memory[0], 1);
    CHECK("shared", guest_ask(&sharer, WRITE), 2);
    CHECK("shared", memory[0], 2);
    CHECK("the other's", guest_ask(&alone, READ), 20);
    CHECK("the third's", guest_ask(&alone, INNER + READ), 30);
    CHECK("unattached", read_unattached(), 11);
    CHECK("unattached, the child", guest_ask(&sharer, UNATTACHED), 11);
    CHECK("unattached, the other", guest_ask(&alone, UNATTACHED), 30);
    CHECK("unattached, the third", guest_ask(&alone, INNER + UNATTACHED), 40);
    CHECK("semaphore", semctl(set, 0, GETVAL), 48);
    CHECK("the other's", guest_ask(&alone, VALUE), 49);
    CHECK("the third's", guest_ask(&alone, INNER + VALUE), 50);
    CHECK("status", guest_end_child(&sharer, 3), 3 << 8);
    CHECK("undone by its end", semctl(set, 0, GETVAL), 49);
    CHECK("take", guest_ask(&alone, TAKE), 0);
    CHECK("status of the other", guest_end_child(&alone, 4), 4 << 8);
}
