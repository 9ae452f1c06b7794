// Two processes that take turns through shared memory and count their own turns in memory of their own: at any
// instant the counts and the turn agree. An image that has the processes, or what they share, from different
// instants does not.
// needs: moving
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <sched.h>

enum { PAGE = 4096, PAGES = 512, COUNT = 0, WELL = 1 };

static _Atomic uint64_t *turn;
static volatile uint64_t *own; // written in a page of many, a page each turn
static volatile bool well = true;
static volatile uint64_t count;
static _Atomic bool ending;
static pthread_t player;
static uint64_t parity;
static struct guest_child child;

static void *play(void *unused)
{
    (void)unused;
    while (!ending && well) {
        uint64_t now = *turn;
        if (now % 2 != parity) {
            sched_yield();
            continue;
        }
        volatile uint64_t *word = own + (count % PAGES) * PAGE / sizeof *own;
        // It is the turn of its count, and it was in this page PAGES turns ago.
        if (now / 2 != count || *word != (count < PAGES ? 0 : count - PAGES + 1)) {
            well = false;
            break;
        }
        *word = count + 1;
        count = count + 1;
        *turn = now + 1;
    }
    return NULL;
}

static void start(uint64_t mine)
{
    parity = mine;
    own = NEED(mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    NEED_ZERO(pthread_create(&player, NULL, play, NULL));
}

static void start_child(void)
{
    start(1);
}

static long answer(int question)
{
    return question == COUNT ? (long)(count & 0x3fffffff) : well;
}

void setup(void)
{
    turn = NEED(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    guest_start_child(&child, start_child, answer);
    start(0);
    while (count < 2 * PAGES)
        sched_yield();
}

void sabotage(void)
{
    *turn += 1000;
}

void verify(void)
{
    uint64_t seen = count;
    const int64_t deadline = guest_now_ns(CLOCK_MONOTONIC) + 5000000000;
    while (count < seen + 100 && well && guest_now_ns(CLOCK_MONOTONIC) < deadline)
        sched_yield();
    CHECK("it goes on", count >= seen + 100, true);
    CHECK("its turns", well, true);
    CHECK("the child's turns", guest_ask(&child, WELL), true);
    ending = true;
    NEED_ZERO(pthread_join(player, NULL));
    CHECK("the child's end", guest_end_child(&child, 0), 0);
}
