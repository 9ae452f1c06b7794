// Every thread's robust list is the one it registered; the kernel still walks it when a thread ends.
// build: static
#include "guest.h"
#include <linux/futex.h>

enum { THREADS = 4 };

static struct robust_list_head *heads[THREADS + 1];
static size_t sizes[THREADS + 1];
static pthread_mutex_t mutexes[THREADS];

static void get_list(struct robust_list_head **head, size_t *size)
{
    NEED(syscall(SYS_get_robust_list, 0, head, size));
}

static void set_up(int number)
{
    get_list(&heads[number], &sizes[number]);
    if (number < THREADS)
        NEED_ZERO(pthread_mutex_lock(&mutexes[number]));
}

static void check(int number)
{
    struct robust_list_head *head = NULL;
    size_t size = 0;
    get_list(&head, &size);
    CHECK("head", head == heads[number] && head != NULL, 1);
    CHECK("size", size, sizes[number]);
    // The thread ends with its mutex locked.
}

void setup(void)
{
    pthread_mutexattr_t robust;
    NEED_ZERO(pthread_mutexattr_init(&robust));
    NEED_ZERO(pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST));
    for (int i = 0; i < THREADS; i++)
        NEED_ZERO(pthread_mutex_init(&mutexes[i], &robust));
    guest_start_threads(THREADS, set_up, check);
    set_up(THREADS);
}

void sabotage(void)
{
    static struct robust_list_head empty = {.list.next = &empty.list};
    NEED(syscall(SYS_set_robust_list, &empty, sizeof empty));
}

void verify(void)
{
    CHECK("locked by a thread that lives", pthread_mutex_trylock(&mutexes[0]), EBUSY);
    check(THREADS);
    guest_join_threads();
    for (int i = 0; i < THREADS; i++)
        CHECK("locked by a thread that died", pthread_mutex_trylock(&mutexes[i]), EOWNERDEAD);
}
