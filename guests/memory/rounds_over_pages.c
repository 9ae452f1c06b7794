// A thread that writes 2,048 pages in turn at full speed and shared memory between two rounds: at any instant
// the pages before the place where it stands hold this round, those behind it the one before. It checks that with
// each write, so that an image whose memory is not of the instant of its registers is found out by whom it
// restores.
// needs: moving
#include "guest.h"

#include <sched.h>

enum { PAGE = 4096, PAGES = 2048, SIZE = PAGES * PAGE };

static uint64_t *pages, *shared;
static _Atomic bool ending;
static _Atomic uint64_t rounds;
static pthread_t writer;

static void check_round(const char *where, size_t page, uint64_t got, uint64_t want)
{
    if (got != want)
        guest_fail("%s %zu: expected round %llu, got %llu", where, page, (unsigned long long)want,
                   (unsigned long long)got);
}

static void *write_rounds(void *unused)
{
    (void)unused;
    bool well = true;
    for (uint64_t round = 1; !ending && well; round++) {
        for (size_t page = 0; page < PAGES; page++) {
            volatile uint64_t *word = pages + page * PAGE / sizeof *pages + page % 512;
            if (*word != round - 1) {
                check_round("page", page, *word, round - 1);
                well = false;
            }
            *word = round;
        }
        volatile uint64_t *word = shared;
        if (*word != round - 1) {
            check_round("shared page", 0, *word, round - 1);
            well = false;
        }
        *word = round;
        rounds = round;
    }
    return NULL;
}

void setup(void)
{
    pages = NEED(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    shared = NEED(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    memset(pages, 0, SIZE);
    NEED_ZERO(pthread_create(&writer, NULL, write_rounds, NULL));
    while (rounds == 0)
        sched_yield();
}

void sabotage(void)
{
    uint64_t seen = rounds;
    pages[5 * PAGE / sizeof *pages + 5] = seen + 1000;
    while (rounds < seen + 2 && pthread_tryjoin_np(writer, NULL) == EBUSY)
        sched_yield();
    writer = pthread_self();
}

void verify(void)
{
    uint64_t seen = rounds;
    const int64_t deadline = guest_now_ns(CLOCK_MONOTONIC) + 5000000000;
    while (rounds < seen + 2 && !pthread_equal(writer, pthread_self())
           && guest_now_ns(CLOCK_MONOTONIC) < deadline)
        sched_yield();
    ending = true;
    if (!pthread_equal(writer, pthread_self())) {
        CHECK("the writer went on", rounds >= seen + 2, true);
        NEED_ZERO(pthread_join(writer, NULL));
    }
}
