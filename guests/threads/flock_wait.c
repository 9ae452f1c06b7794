// A thread that waits for a lock which another open file description of the same process holds.
// needs: locks
// opt-out: beside: both cannot hold one lock
#include "guest.h"
#include <sys/file.h>

static int holder, waiter;
static pthread_t thread;
static volatile int result = -2;

static void *wait_for_lock(void *unused)
{
    result = flock(waiter, LOCK_EX);
    return unused;
}

void setup(void)
{
    holder = NEED(open(guest_path("lock"), O_RDWR | O_CREAT, 0600));
    waiter = NEED(open(guest_path("lock"), O_RDWR));
    NEED(flock(holder, LOCK_EX));
    NEED_ZERO(pthread_create(&thread, NULL, wait_for_lock, NULL));
    usleep(100000);
}

void sabotage(void)
{
    NEED(flock(holder, LOCK_UN));
    usleep(100000);
}

void verify(void)
{
    int third = open(guest_path("lock"), O_RDWR);
    CHECK("waits still", result, -2);
    CHECK_ERRNO("held still", flock(third, LOCK_SH | LOCK_NB), EWOULDBLOCK);
    CHECK("unlock", flock(holder, LOCK_UN), 0);
    CHECK("join", pthread_join(thread, NULL), 0);
    CHECK("result", result, 0);
    CHECK_ERRNO("held by the waiter now", flock(third, LOCK_SH | LOCK_NB), EWOULDBLOCK);
}
