// Alternate signal stacks: each thread its own, one disabled; handlers run on them afterwards.
#include "guest.h"

enum { THREADS = 4, SIZE = 65536 };

static char stacks[THREADS + 1][SIZE];
static __thread char *ran_at;

static void note_stack(int signal)
{
    (void)signal;
    ran_at = __builtin_frame_address(0);
}

static void set_up(int number)
{
    stack_t stack = {.ss_sp = stacks[number], .ss_size = SIZE - (size_t)number * 4096};
    if (number == 1)
        stack = (stack_t){.ss_flags = SS_DISABLE};
    NEED(sigaltstack(&stack, NULL));
}

static void check(int number)
{
    stack_t stack = {0};
    CHECK("sigaltstack", sigaltstack(NULL, &stack), 0);
    CHECK("flags", stack.ss_flags, number == 1 ? SS_DISABLE : 0);
    CHECK("stack", stack.ss_sp == (number == 1 ? NULL : stacks[number]), 1);
    CHECK("size", stack.ss_size, number == 1 ? 0 : SIZE - number * 4096);
    ran_at = NULL;
    CHECK("raise", pthread_kill(pthread_self(), SIGUSR1), 0);
    bool inside = ran_at >= stacks[number] && ran_at < stacks[number] + SIZE;
    CHECK("handler ran on it", inside, number != 1);
    CHECK("handler ran", ran_at != NULL, 1);
}

void setup(void)
{
    struct sigaction action = {.sa_handler = note_stack, .sa_flags = SA_ONSTACK};
    NEED(sigaction(SIGUSR1, &action, NULL));
    guest_start_threads(THREADS, set_up, check);
    set_up(THREADS);
}

void sabotage(void)
{
    stack_t none = {.ss_flags = SS_DISABLE};
    NEED(sigaltstack(&none, NULL));
}

void verify(void)
{
    check(THREADS);
    guest_join_threads();
}
