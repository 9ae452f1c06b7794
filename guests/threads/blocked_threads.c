// 64 threads blocked in every kind of call at once: none of them notices anything.
// `restartable` leaves out the calls which any interruption ends with EINTR.
// needs: moving
// opt-out: beside: its listening and bound sockets have their ports once in a network namespace
// guest: restartable
// guest: all
// build: static
#include "blocked_calls.h"

enum { THREADS = 64 };

static struct blocked threads[THREADS];
static __thread int own_number = -1; // thread-local storage is one thing that must survive

static void *run(void *argument)
{
    struct blocked *b = argument;
    sigset_t before, after;
    own_number = b->number;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    block_and_note(b);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    if (memcmp(&before, &after, 8) != 0)
        guest_fail("%s (thread %d): another signal mask", b->call->name, b->number);
    if (own_number != b->number)
        guest_fail("%s (thread %d): thread-local %d", b->call->name, b->number, own_number);
    return b;
}

void setup(void)
{
    block_own_signals();
    bool restartable = strcmp(guest_arg(0, "all"), "restartable") == 0;
    for (int i = 0, next = 0; i < THREADS; i++) {
        do
            threads[i].call = &CALLS[next++ % CALL_COUNT];
        while (restartable && threads[i].call->plain_eintr);
        threads[i].number = i;
        if (threads[i].call->prepare != NULL)
            threads[i].call->prepare(&threads[i]);
        NEED_ZERO(pthread_create(&threads[i].thread, NULL, run, &threads[i]));
    }
    struct timespec pause = {READY_AFTER_MS / 1000, READY_AFTER_MS % 1000 * 1000000L};
    NEED(nanosleep(&pause, NULL));
}

void sabotage(void)
{
    threads[0].detail = 1; // one wrong note is enough
    guest_expect_signals();
}

void verify(void)
{
    for (int i = 0; i < THREADS; i++) {
        if (threads[i].call->block == block_pause)
            await_pause(&threads[i]);
        if (threads[i].call->release != NULL)
            threads[i].call->release(&threads[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        void *result = NULL;
        CHECK("join", pthread_join(threads[i].thread, &result), 0);
        CHECK("result of the thread", result == &threads[i], 1);
        check_blocked(&threads[i]);
    }
}
