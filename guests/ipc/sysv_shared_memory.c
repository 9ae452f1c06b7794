// System V shared memory: attached twice, partly unmapped, read-only, and a segment that has been removed already.
// opt-out: beside: one system has one segment of an id
// opt-out: executable: one system has one segment of an id
#include "guest.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { SIZE = 5 * 4096 };

static int kept, removed;
static char *first, *second, *reader, *last;

void setup(void)
{
    kept = NEED(shmget(getpid() | 0x5000000, SIZE - 100, IPC_CREAT | IPC_EXCL | 0640));
    first = NEED(shmat(kept, NULL, 0));
    second = NEED(shmat(kept, NULL, 0));
    reader = NEED(shmat(kept, NULL, SHM_RDONLY));
    guest_fill(first, SIZE - 100, 5);
    NEED(munmap(second + 4096, 4096));
    NEED(mprotect(second + 8192, 4096, PROT_READ));
    removed = NEED(shmget(IPC_PRIVATE, 3 << 20, IPC_CREAT | 0600));
    last = NEED(shmat(removed, NULL, 0));
    last[2 << 20] = 'l';
    NEED(shmctl(removed, IPC_RMID, NULL));
    guest_remember_maps();
}

void sabotage(void)
{
    first[9000] ^= 1;
}

void verify(void)
{
    struct shmid_ds status = {0};
    guest_check_fill("contents", first, SIZE - 100, 5);
    char old = first[12300];
    first[12300] = 'n';
    CHECK("one memory", second[12300], 'n');
    CHECK("one memory", reader[12300], 'n');
    first[12300] = old;
    CHECK("a hole", guest_readable(second + 4096), 0);
    CHECK("protected", guest_writable(second + 8192), 0);
    CHECK_ERRNO("read-only for ever", mprotect(reader, 4096, PROT_READ | PROT_WRITE), EACCES);
    CHECK("status", shmctl(kept, IPC_STAT, &status), 0);
    CHECK("size", status.shm_segsz, SIZE - 100);
    CHECK("mode", status.shm_perm.mode & 0777, 0640);
    CHECK("key", status.shm_perm.__key, getpid() | 0x5000000);
    CHECK("attached", status.shm_nattch, 5); // the second one in three pieces
    CHECK("removed", shmctl(removed, IPC_STAT, &status), 0);
    CHECK("removed", status.shm_perm.mode & SHM_DEST, SHM_DEST);
    CHECK("its memory", last[2 << 20], 'l');
    CHECK("detach", shmdt(first), 0);
    CHECK("gone", guest_readable(first), 0);
    first = shmat(kept, first, 0);
    CHECK("detach", shmdt(last), 0);
    CHECK_ERRNO("gone with its last attachment", shmctl(removed, IPC_STAT, &status), EINVAL);
    CHECK("remove", shmctl(kept, IPC_RMID, NULL), 0);
}
