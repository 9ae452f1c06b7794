// The kernel has done requests of an io_uring in a thread of its own, which stays among the program's threads: it is left alone, and the
// next request has one again.
// needs: moving
#include "uring.h"
#include <dirent.h>

static struct uring ring;

// How many of our threads are the kernel's.
static int workers(void)
{
    int count = 0;
    DIR *tasks = NEED(opendir("/proc/self/task") ?: (DIR *)-1);
    for (struct dirent *entry; (entry = readdir(tasks)) != NULL;) {
        char path[300], name[64] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", entry->d_name);
        if (guest_read_file(path, name, sizeof name) > 0)
            count += strncmp(name, "iou-wrk-", 8) == 0;
    }
    closedir(tasks);
    return count;
}

static void work(void)
{
    for (unsigned i = 0; i < 4; i++)
        uring_nop(&ring, i, IOSQE_ASYNC);
    CHECK("submitted", uring_submit(&ring, 4), 4);
    CHECK("done", uring_unread(&ring), 4);
    uring_seen(&ring, 4);
}

void setup(void)
{
    uring_setup(&ring, 8, 0, 0);
    work();
    if (workers() == 0)
        guest_die("no worker");
    uring_nop(&ring, 9, 0);
    CHECK("submitted", uring_submit(&ring, 1), 1);
}

void sabotage(void)
{
    uring_seen(&ring, 1);
}

void verify(void)
{
    CHECK("unread", uring_unread(&ring), 1);
    CHECK("its number", uring_peek(&ring, 0)->user_data, 9);
    uring_seen(&ring, 1);
    work();
    CHECK("a worker", workers() > 0, 1);
    uring_nop(&ring, 9, 0);
    CHECK("submitted", uring_submit(&ring, 1), 1);
}
