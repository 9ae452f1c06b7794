// Threads that wait in each object of the pthread library go on by themselves when it is their turn:
// mutex (normal, recursive, priority-inheriting), condition, rwlock, barrier, semaphore, join.
// build: static
#include "guest.h"
#include <semaphore.h>

enum { KINDS = 8 };

static pthread_mutex_t normal = PTHREAD_MUTEX_INITIALIZER, recursive, inheriting;
static pthread_mutex_t condition_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t semaphore;
static bool condition_true;
static pthread_t threads[KINDS];
static volatile int arrived, passed[KINDS];

static int wait_for(long kind)
{
    switch (kind) {
    case 0: return pthread_mutex_lock(&normal) + pthread_mutex_unlock(&normal);
    case 1: return pthread_mutex_lock(&recursive) + pthread_mutex_unlock(&recursive);
    case 2: return pthread_mutex_lock(&inheriting) + pthread_mutex_unlock(&inheriting);
    case 3: return pthread_rwlock_rdlock(&rwlock) + pthread_rwlock_unlock(&rwlock);
    case 4: return pthread_barrier_wait(&barrier) > 0;
    case 5: return sem_wait(&semaphore);
    case 6: return pthread_join(threads[5], NULL);
    }
    int error = pthread_mutex_lock(&condition_lock);
    while (!condition_true)
        error += pthread_cond_wait(&condition, &condition_lock);
    return error + pthread_mutex_unlock(&condition_lock);
}

static void *run(void *kind)
{
    __atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
    int error = wait_for((long)kind);
    passed[(long)kind] = error == 0 ? 1 : -error;
    return NULL;
}

void setup(void)
{
    pthread_mutexattr_t attributes;
    NEED_ZERO(pthread_mutexattr_init(&attributes));
    NEED_ZERO(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE));
    NEED_ZERO(pthread_mutex_init(&recursive, &attributes));
    NEED_ZERO(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT));
    NEED_ZERO(pthread_mutex_init(&inheriting, &attributes));
    NEED_ZERO(pthread_barrier_init(&barrier, NULL, 2));
    NEED(sem_init(&semaphore, 0, 0));
    pthread_mutex_lock(&normal), pthread_mutex_lock(&recursive), pthread_mutex_lock(&recursive);
    pthread_mutex_lock(&inheriting), pthread_rwlock_wrlock(&rwlock);
    for (long kind = 0; kind < KINDS; kind++)
        NEED_ZERO(pthread_create(&threads[kind], NULL, run, (void *)kind));
    while (arrived < KINDS)
        usleep(1000);
    usleep(50000); // into their waits
}

void sabotage(void)
{
    passed[0] = 1;
}

void verify(void)
{
    for (int kind = 0; kind < KINDS; kind++)
        CHECK("nobody passed yet", passed[kind], 0);
    CHECK("unlock", pthread_mutex_unlock(&normal), 0);
    CHECK("unlock", pthread_mutex_unlock(&recursive) + pthread_mutex_unlock(&recursive), 0);
    CHECK("unlock", pthread_mutex_unlock(&inheriting), 0);
    CHECK("unlock", pthread_rwlock_unlock(&rwlock), 0);
    pthread_barrier_wait(&barrier);
    CHECK("post", sem_post(&semaphore), 0);
    pthread_mutex_lock(&condition_lock);
    condition_true = true;
    pthread_cond_signal(&condition);
    pthread_mutex_unlock(&condition_lock);
    for (int kind = 0; kind < KINDS; kind++)
        if (kind != 5) // the one that number 6 joins
            CHECK("join", pthread_join(threads[kind], NULL), 0);
    for (int kind = 0; kind < KINDS; kind++)
        CHECK("passed", passed[kind], 1);
}
