// Ten thousand threads, two thousand processes, as many descriptors as there may be nearly, and mappings likewise.
// guest: threads
// guest: processes
// guest: descriptors
// guest: mappings
// opt-out: resume: it is about size alone, and takes seconds
// opt-out: pipe: it is about size alone, and takes seconds
// opt-out: row: it is about size alone, and takes seconds
// opt-out: pid-namespace: it is about size alone, and takes seconds
// opt-out: copy-on-write: it is about size alone, and takes seconds
// opt-out: twin: it is about size alone, and takes seconds
// opt-out: proof: it is about size alone, and takes seconds
// opt-out: executable: it is about size alone, and takes seconds
#include "guest.h"
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { THREADS = 10000, PROCESSES = 2000, DESCRIPTORS = 19900, MAPPINGS = 65000, STACK = 64 * 1024 };
static char kind;
static int count, numbers[MAPPINGS];
static pthread_t threads[THREADS];
static int begun; // with the signal masks that they keep
static char *mappings[MAPPINGS];
static volatile bool ended;

static void *wait_for_end(void *number)
{
    static __thread int own;
    own = *(int *)number;
    __atomic_add_fetch(&begun, 1, __ATOMIC_SEQ_CST);
    while (!ended)
        usleep(200000);
    return &numbers[own];
}

static void start_thread(int i)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    numbers[i] = i;
    if (pthread_create(&threads[i], &attributes, wait_for_end, &numbers[i]) != 0)
        guest_skip("thread %d cannot be started", i);
}

static void start_process(int i)
{
    numbers[i] = fork();
    if (numbers[i] < 0)
        guest_skip("process %d cannot be started", i);
    if (numbers[i] == 0) {
        sigset_t signals;
        int signal;
        sigemptyset(&signals);
        sigaddset(&signals, SIGUSR1);
        sigwait(&signals, &signal);
        _exit(i & 127);
    }
}

static void map(int i)
{
    mappings[i] = mmap(NULL, 4096, i % 2 ? PROT_READ | PROT_WRITE : PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mappings[i] == MAP_FAILED)
        guest_skip("mapping %d cannot be made", i); // vm.max_map_count
    if (i % 2)
        memcpy(mappings[i], &i, sizeof i);
}

void setup(void)
{
    kind = guest_arg(0, "threads")[0];
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    NEED(sigprocmask(SIG_BLOCK, &signals, NULL));
    struct rlimit limit;
    NEED(getrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_cur = limit.rlim_max;
    NEED(setrlimit(RLIMIT_NOFILE, &limit));
    count = kind == 't' ? THREADS : kind == 'p' ? PROCESSES : kind == 'm' ? MAPPINGS : DESCRIPTORS;
    for (int i = 0; i < count; i++) {
        if (kind == 't')
            start_thread(i);
        else if (kind == 'p')
            start_process(i);
        else if (kind == 'm')
            map(i);
        else if ((numbers[i] = eventfd((unsigned)i, EFD_NONBLOCK)) < 0)
            guest_skip("descriptor %d cannot be opened", i);
    }
    while (kind == 't' && __atomic_load_n(&begun, __ATOMIC_SEQ_CST) < count)
        usleep(1000);
}

void sabotage(void)
{
    int last = count - 1;
    if (kind == 't')
        pthread_cancel(threads[last]);
    else if (kind == 'p')
        kill(numbers[last], SIGKILL);
    else if (kind == 'm')
        memset(mappings[last], 0, 4);
    else
        NEED(eventfd_write(numbers[last], 1));
}

void verify(void)
{
    ended = true;
    for (int i = 0; i < count; i++) {
        void *result = NULL;
        int status = -1;
        eventfd_t value = 0;
        if (kind == 't') {
            pthread_join(threads[i], &result);
            CHECK("thread", result == &numbers[i], true);
        } else if (kind == 'p') {
            kill(numbers[i], SIGUSR1);
            CHECK("child", waitpid(numbers[i], &status, 0), numbers[i]);
            CHECK("status", status, (i & 127) << 8);
        } else if (kind == 'm') {
            CHECK("mapping", *(int *)mappings[i], i % 2 ? i : 0);
        } else {
            CHECK("eventfd", i == 0 || eventfd_read(numbers[i], &value) == 0, true);
            CHECK("value", value, i);
        }
    }
}
