// Threads that wait between setup and verify. One of them is any thread of any program: it stands in
// a futex wait, holding whatever set_up() gave it.
#include "guest.h"

struct waiting {
    pthread_t thread;
    int number;
    pid_t tid;
};

static struct waiting *threads;
static int thread_count;
static void (*set_up_thread)(int);
static void (*check_thread)(int);

static pthread_barrier_t all_set_up;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool released;

static void *run(void *argument)
{
    struct waiting *own = argument;
    own->tid = gettid();
    set_up_thread(own->number);
    pthread_barrier_wait(&all_set_up);
    pthread_mutex_lock(&lock);
    while (!released)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    guest_check_id("thread id", gettid(), own->tid);
    check_thread(own->number);
    return own;
}

void guest_start_threads(int count, void (*set_up)(int), void (*check)(int))
{
    threads = calloc((size_t)count, sizeof *threads);
    thread_count = count;
    set_up_thread = set_up;
    check_thread = check;
    NEED_ZERO(pthread_barrier_init(&all_set_up, NULL, (unsigned)count + 1));
    // Small stacks, so that a thousand threads are cheap.
    pthread_attr_t attributes;
    NEED_ZERO(pthread_attr_init(&attributes));
    NEED_ZERO(pthread_attr_setstacksize(&attributes, 128 * 1024));
    for (int i = 0; i < count; i++) {
        threads[i].number = i;
        NEED_ZERO(pthread_create(&threads[i].thread, &attributes, run, &threads[i]));
    }
    pthread_barrier_wait(&all_set_up);
}

void guest_join_threads(void)
{
    pthread_mutex_lock(&lock);
    released = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < thread_count; i++) {
        void *result = NULL;
        guest_check("pthread_join", pthread_join(threads[i].thread, &result), 0);
        guest_check("result of the thread", result == &threads[i], 1);
    }
}

pid_t guest_thread_tid(int number)
{
    return threads[number].tid;
}
