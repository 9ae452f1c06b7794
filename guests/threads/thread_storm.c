// Threads that come and go all the time: whoever looks at the process, or stops it, meets some that
// have just begun or are about to end.
// needs: moving
#include "guest.h"

enum { MAKERS = 3 };

static pthread_t makers[MAKERS];
static volatile long made[MAKERS], lived[MAKERS];
static volatile bool enough;

static void *live(void *counter)
{
    (*(volatile long *)counter)++;
    return counter;
}

static void *make(void *argument)
{
    long i = (long)argument;
    while (!enough) {
        pthread_t thread;
        void *result = NULL;
        int error = pthread_create(&thread, NULL, live, (void *)&lived[i]);
        if (error != 0 || (error = pthread_join(thread, &result)) != 0 || result != &lived[i]) {
            guest_fail("thread %ld of maker %ld: %s", made[i], i, strerrorname_np(error));
            break;
        }
        made[i]++;
        usleep(1000); // the ids of a machine are few: others want some, too
    }
    return NULL;
}

void setup(void)
{
    for (long i = 0; i < MAKERS; i++)
        NEED_ZERO(pthread_create(&makers[i], NULL, make, (void *)i));
}

void sabotage(void)
{
    lived[1] += 1000000000;
}

void verify(void)
{
    long before[MAKERS];
    for (int i = 0; i < MAKERS; i++)
        before[i] = made[i];
    for (int i = 0; i < MAKERS; i++)
        while (made[i] == before[i] && !enough)
            usleep(1000); // one that is stuck is noticed by whoever waits for the result
    enough = true;
    for (int i = 0; i < MAKERS; i++) {
        CHECK("join", pthread_join(makers[i], NULL), 0);
        CHECK("threads that lived", lived[i], made[i]);
    }
}
