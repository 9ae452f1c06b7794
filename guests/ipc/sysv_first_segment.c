// The first System V segment of a system has the id 0, and so its mappings have the inode 0 that no file has.
// needs: root
// opt-out: resume: ways run side by side, and one system has one segment 0: SystemVTest
// opt-out: restore: ways run side by side, and one system has one segment 0: SystemVTest
// opt-out: pipe: ways run side by side, and one system has one segment 0: SystemVTest
// opt-out: row: ways run side by side, and one system has one segment 0: SystemVTest
// opt-out: pid-namespace: ways run side by side, and one system has one segment 0: SystemVTest
// opt-out: copy-on-write: ways run side by side, and one system has one segment 0: SystemVTest
// opt-out: executable: ways run side by side, and one system has one segment 0: SystemVTest
#include "guest.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { SIZE = 3 * 4096 };

static char *memory;

// Whoever makes a segment at the same time takes the id.
static int first_segment(void)
{
    int file = NEED(open("/proc/sys/kernel/shm_next_id", O_WRONLY | O_CLOEXEC));
    int segment = -1;
    for (int tries = 0; segment != 0 && tries < 1000; tries++) {
        NEED(write(file, "0", 1));
        segment = NEED(shmget(IPC_PRIVATE, SIZE, 0600));
        if (segment != 0)
            NEED(shmctl(segment, IPC_RMID, NULL));
    }
    close(file);
    return segment;
}

void setup(void)
{
    struct shmid_ds status;
    if (shmctl(0, IPC_STAT, &status) == 0)
        guest_skip("somebody has the segment 0");
    int segment = first_segment();
    if (segment != 0)
        guest_die("setup: no segment 0");
    memory = NEED(shmat(segment, NULL, 0));
    NEED(shmctl(segment, IPC_RMID, NULL));
    guest_fill(memory, SIZE, 4);
}

void sabotage(void)
{
    memory[5000] ^= 1;
}

void verify(void)
{
    struct shmid_ds status = {0};
    CHECK("the segment", shmctl(0, IPC_STAT, &status), 0);
    CHECK("attached", status.shm_nattch, 1);
    guest_check_fill("contents", memory, SIZE, 4);
    CHECK("detach", shmdt(memory), 0);
    CHECK_ERRNO("gone with its last attachment", shmctl(0, IPC_STAT, &status), EINVAL);
}
