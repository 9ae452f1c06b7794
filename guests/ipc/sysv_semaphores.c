// System V semaphores keep id, key and values, and what is undone at the end of the process.
// opt-out: beside: one system has one set of an id
// opt-out: executable: what is undone at its end was done once
#include "guest.h"
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sched.h>

static int set;

static int operate(int number, int by, int flags)
{
    struct sembuf operation = {number, by, flags};
    return semop(set, &operation, 1);
}

void setup(void)
{
    set = NEED(semget(getpid() | 0x6000000, 5, IPC_CREAT | IPC_EXCL | 0640));
    unsigned short values[5] = {10, 20, 30, 40, 0};
    NEED(semctl(set, 0, SETALL, values));
    NEED(operate(0, -3, SEM_UNDO));
    NEED(operate(1, 5, SEM_UNDO));
    NEED(operate(2, -1, 0));
    NEED(operate(3, -40, SEM_UNDO));
}

void sabotage(void)
{
    NEED(operate(1, -1, SEM_UNDO));
}

void verify(void)
{
    unsigned short values[5] = {0};
    struct semid_ds status = {0};
    CHECK("status", semctl(set, 0, IPC_STAT, &status), 0);
    CHECK("key", status.sem_perm.__key, getpid() | 0x6000000);
    CHECK("mode", status.sem_perm.mode & 0777, 0640);
    CHECK("values", semctl(set, 0, GETALL, values), 0);
    CHECK("0", values[0], 7);
    CHECK("1", values[1], 25);
    CHECK("2", values[2], 29);
    CHECK("3", values[3], 0);
    CHECK("4", values[4], 0);
    CHECK_ERRNO("taken", operate(3, -1, IPC_NOWAIT), EAGAIN);
    // unshare(CLONE_SYSVSEM) undoes at once (ipc/sem.c, exit_sem)
    CHECK("unshare", unshare(CLONE_SYSVSEM), 0);
    CHECK("values", semctl(set, 0, GETALL, values), 0);
    CHECK("0 undone", values[0], 10);
    CHECK("1 undone", values[1], 20);
    CHECK("2 left alone", values[2], 29);
    CHECK("3 undone", values[3], 40);
    CHECK("remove", semctl(set, 0, IPC_RMID), 0);
}
