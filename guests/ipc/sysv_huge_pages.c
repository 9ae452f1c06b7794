// System V shared memory of huge pages: attached twice, read-only, in pieces; a size that is no multiple of theirs.
// opt-out: beside: one system has one segment of an id
// opt-out: executable: one system has one segment of an id
// needs: root
#include "guest.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { HUGE = 2 << 20, SIZE = 3 * HUGE - 4096 };

static int segment;
static char *first, *reader, *pieces;

void setup(void)
{
    segment = shmget(getpid() | 0x5000000, SIZE, IPC_CREAT | IPC_EXCL | SHM_HUGETLB | 0640);
    if (segment < 0)
        guest_skip("no huge pages: %s", strerror(errno));
    first = NEED(shmat(segment, NULL, 0));
    reader = NEED(shmat(segment, NULL, SHM_RDONLY));
    pieces = NEED(shmat(segment, NULL, 0));
    first[100] = 'a';
    first[2 * HUGE + 5] = 'b';
    NEED(munmap(pieces + HUGE, HUGE));
    NEED(mprotect(pieces + 2 * HUGE, HUGE, PROT_READ));
}

void sabotage(void)
{
    first[100] = 'c';
}

void verify(void)
{
    struct shmid_ds status = {0};
    CHECK("contents", first[100], 'a');
    CHECK("contents of the last page", reader[2 * HUGE + 5], 'b');
    first[HUGE] = 'n';
    CHECK("one memory", reader[HUGE], 'n');
    CHECK("a hole", guest_readable(pieces + HUGE), 0);
    CHECK("protected", guest_writable(pieces + 2 * HUGE), 0);
    CHECK("its contents", pieces[2 * HUGE + 5], 'b');
    CHECK_ERRNO("read-only for ever", mprotect(reader, HUGE, PROT_READ | PROT_WRITE), EACCES);
    CHECK("status", shmctl(segment, IPC_STAT, &status), 0);
    CHECK("size", status.shm_segsz, SIZE);
    CHECK("attached", status.shm_nattch, 4);
    CHECK("detach what is in pieces", shmdt(pieces), 0);
    CHECK("the first piece", guest_readable(pieces), 0);
    CHECK("the other", guest_readable(pieces + 2 * HUGE), 0);
    CHECK("remove", shmctl(segment, IPC_RMID, NULL), 0);
}
