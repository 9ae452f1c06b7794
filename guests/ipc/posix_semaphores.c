// POSIX semaphores: named ones in /dev/shm, and ones whose name is gone (as Python's multiprocessing has them), with a child that waits.
// guest: named
// guest: unlinked
// opt-out: beside: both would have one semaphore
// opt-out: executable: an executable holds one process
#include "guest.h"
#include <semaphore.h>

enum { COUNT = 1, GIVE = 2 };

static sem_t *question, *reply;
static struct guest_child child;
static char names[2][64];

static sem_t *open_one(int index, unsigned value)
{
    snprintf(names[index], sizeof names[index], "/reprise-guest-%d-%d", getpid(), index);
    sem_t *opened = sem_open(names[index], O_CREAT | O_EXCL, 0600, value);
    if (opened == SEM_FAILED)
        guest_die("setup: sem_open: %s", strerror(errno));
    return opened;
}

static sem_t running;

static void *serve(void *unused)
{
    sem_post(&running);
    while (sem_wait(question) == 0)
        sem_post(reply);
    guest_fail("sem_wait: %s", strerror(errno));
    return unused;
}

static void start_server(void)
{
    pthread_t thread;
    NEED(sem_init(&running, 0, 0));
    if (pthread_create(&thread, NULL, serve, NULL) != 0)
        guest_die("setup: pthread_create");
    NEED(sem_wait(&running)); // and with its own signal mask
}

static long answer(int asked)
{
    int value = -1;
    if (asked == COUNT)
        sem_getvalue(reply, &value);
    else
        value = sem_post(reply);
    return value;
}

void setup(void)
{
    question = open_one(0, 0);
    reply = open_one(1, 5);
    guest_start_child(&child, start_server, answer);
    if (strcmp(guest_arg(0, "named"), "unlinked") == 0) {
        NEED(sem_unlink(names[0]));
        NEED(sem_unlink(names[1]));
    }
}

void sabotage(void)
{
    NEED(sem_wait(reply));
}

static int take(void)
{
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 5;
    return sem_timedwait(reply, &limit);
}

void verify(void)
{
    int value = -1;
    CHECK("sem_getvalue", sem_getvalue(reply, &value), 0);
    CHECK("value", value, 5);
    CHECK("the child's view", guest_ask(&child, COUNT), 5);
    CHECK("post", sem_post(question), 0); // wakes the child's thread, which posts
    for (int i = 0; i < 6; i++)
        CHECK("take", take(), 0);
    CHECK("the child gives", guest_ask(&child, GIVE), 0);
    CHECK("take", take(), 0);
    CHECK("nothing left", sem_trywait(reply), -1);
    CHECK("end of child", guest_end_child(&child, 3), 3 << 8);
    sem_unlink(names[0]);
    sem_unlink(names[1]);
}
