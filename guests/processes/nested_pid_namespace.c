// A child that is the first process of a pid namespace of its own, with a child there: ids on both levels.
// With threads: killed, the last of them to go waits for all the others.
// guest:
// guest: threads
// needs: root
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>

enum { PID, PARENT, ALIVE, INNER = 10, THREADS = 12 };

static struct guest_child first, second;
static int questions, answers;
static char stack[1 << 18] __attribute__((aligned(16)));

static pthread_t threads[THREADS];
static pthread_barrier_t running;

static void *wait_for_ever(void *argument)
{
    pthread_barrier_wait(&running);
    for (;;)
        pause();
    return argument;
}

static void start_threads(void)
{
    pthread_barrier_init(&running, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, wait_for_ever, NULL))
            guest_die("pthread_create");
    pthread_barrier_wait(&running);
}

static int has_threads(void)
{
    return guest_arg(0, "none")[0] == 't';
}

static long alive(void)
{
    long alive = 0;
    for (int i = 0; i < THREADS && has_threads(); i++)
        alive += pthread_kill(threads[i], 0) == 0;
    return alive;
}

static long answer(int question)
{
    if (question == PARENT)
        return getppid();
    if (question == ALIVE)
        return alive();
    return question >= INNER ? guest_ask(&second, question - INNER) : getpid();
}

static void start_second(void)
{
    guest_start_child(&second, NULL, answer);
    CHECK("its pid, as its parent knows it", second.pid, 2);
    if (has_threads())
        start_threads();
}

static int run(void *argument)
{
    (void)argument;
    guest_serve(questions, answers, start_second, answer);
}

void setup(void)
{
    guest_child_pipes(&first, &questions, &answers);
    first.pid = clone(run, stack + sizeof stack, CLONE_NEWPID | SIGCHLD, NULL);
    if (first.pid < 0)
        guest_skip("no new pid namespace: %s", strerror(errno));
    close(questions);
    close(answers);
    guest_await_child(&first);
}

void sabotage(void)
{
    kill(first.pid, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
}

void verify(void)
{
    CHECK("first process", guest_ask(&first, PID), 1);
    CHECK("its parent is outside", guest_ask(&first, PARENT), 0);
    CHECK("its threads", guest_ask(&first, ALIVE), has_threads() ? THREADS : 0);
    CHECK("second process", guest_ask(&first, INNER + PID), 2);
    CHECK("its parent", guest_ask(&first, INNER + PARENT), 1);
    CHECK("status", guest_end_child(&first, 4), 4 << 8);
}
