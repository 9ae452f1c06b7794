// Thread-local storage of every kind in 32 threads: __thread, pthread_setspecific, errno, stack.
// build: static
#include "guest.h"

static __thread int initialized = 4711, number_here = -1;
static __thread char block[3000];
static pthread_key_t key;

static void set_up(int number)
{
    initialized += number;
    number_here = number;
    guest_fill(block, sizeof block, (uint64_t)number);
    NEED_ZERO(pthread_setspecific(key, &block[number]));
}

static void check(int number)
{
    CHECK("initialized", initialized, 4711 + number);
    CHECK("number", number_here, number);
    guest_check_fill("block", block, sizeof block, (uint64_t)number);
    CHECK("specific", pthread_getspecific(key) == &block[number], 1);
    errno = number;
    CHECK("errno is the thread's own", errno, number);
}

void setup(void)
{
    NEED_ZERO(pthread_key_create(&key, NULL));
    set_up(99);
    guest_start_threads(32, set_up, check);
}

void sabotage(void)
{
    number_here = 98;
}

void verify(void)
{
    guest_join_threads();
    check(99);
}
