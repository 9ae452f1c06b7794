// The one attachment of a System V segment is the only one at every instant, while a snapshot is taken and written, too:
// who waits for the last to detach would wait for ever.
// needs: moving
// opt-out: beside: one system has one segment of an id
// opt-out: executable: one system has one segment of an id
#include "guest.h"

#include <sys/ipc.h>
#include <sys/shm.h>

enum { SIZE = 65536 };

static _Atomic bool ending;
static _Atomic long asked, otherwise;
static pthread_t watcher;
static int segment;
static char *memory;

static void *watch(void *unused)
{
    (void)unused;
    while (!ending) {
        struct shmid_ds about;
        if (shmctl(segment, IPC_STAT, &about) != 0 || about.shm_nattch != 1)
            otherwise++;
        asked++;
    }
    return NULL;
}

void setup(void)
{
    segment = NEED(shmget(IPC_PRIVATE, SIZE, 0600));
    memory = NEED(shmat(segment, NULL, 0));
    NEED(shmctl(segment, IPC_RMID, NULL));
    guest_fill(memory, SIZE, 12);
    NEED_ZERO(pthread_create(&watcher, NULL, watch, NULL));
}

void sabotage(void)
{
    long before = asked;
    NEED(shmat(segment, NULL, 0));
    while (asked < before + 100)
        usleep(100);
}

void verify(void)
{
    guest_check_goes_on("it watches", &asked, 100);
    ending = true;
    NEED_ZERO(pthread_join(watcher, NULL));
    CHECK("attached otherwise than once", otherwise, 0);
    guest_check_fill("contents", memory, SIZE, 12);
}
