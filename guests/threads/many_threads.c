// Any number of threads: each keeps its id, its stack and its memory of who it is.
// guest: 1
// guest: 64
// guest: 1000
#include "guest.h"
#include <dirent.h>

static int count;
static __thread int number_here;
static pid_t *tids;

static void set_up(int number)
{
    number_here = number;
    tids[number] = gettid();
}

static void check(int number)
{
    CHECK("number", number_here, number);
    guest_check_id("id", gettid(), tids[number]);
}

static int tasks(void)
{
    DIR *directory = NEED(opendir("/proc/self/task"));
    int tasks = -2; // . and ..
    while (readdir(directory) != NULL)
        tasks++;
    closedir(directory);
    return tasks;
}

void setup(void)
{
    count = atoi(guest_arg(0, "64"));
    tids = calloc((size_t)count, sizeof *tids);
    guest_start_threads(count, set_up, check);
}

void sabotage(void)
{
    tids[0]++;
}

void verify(void)
{
    CHECK("tasks", tasks(), count + 1);
    guest_join_threads();
}
