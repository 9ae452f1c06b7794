// A fanotify group that a child has inherited is one group still: what its parent marked, the child reads.
// needs: root
// opt-out: executable: an executable holds one process
#include "guest.h"
#include <sys/fanotify.h>
#include <sys/wait.h>

static pid_t child;
static int group, ask[2];
static const char *file;

// Ends with 0 when there was nothing to read until the parent had written, then one event of it.
static int read_one_event(void)
{
    struct fanotify_event_metadata event = {.fd = -1};
    char byte;
    if (read(ask[0], &byte, 1) != 1)
        return 1;
    if (read(group, &event, sizeof event) != (ssize_t)sizeof event)
        return 2;
    if (event.mask != FAN_CLOSE_WRITE || event.pid != getppid())
        return 3;
    return read(group, &event, sizeof event) < 0 && errno == EAGAIN ? 0 : 4;
}

void setup(void)
{
    file = guest_path("watched");
    close(NEED(open(file, O_CREAT | O_WRONLY, 0600)));
    group = fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK, O_RDONLY);
    if (group < 0)
        guest_skip("fanotify_init: %s", strerror(errno));
    NEED(fanotify_mark(group, FAN_MARK_ADD, FAN_CLOSE_WRITE, AT_FDCWD, file));
    NEED(pipe(ask));
    child = NEED(fork());
    if (child == 0)
        _exit(read_one_event());
}

void sabotage(void)
{
    NEED(fanotify_mark(group, FAN_MARK_FLUSH, 0, AT_FDCWD, NULL));
}

void verify(void)
{
    int status = -1;
    close(NEED(open(file, O_WRONLY)));
    CHECK("asked", write(ask[1], "x", 1), 1);
    CHECK("the child ends", waitpid(child, &status, 0), child);
    CHECK("what it found", status, 0);
    CHECK("taken by it", read(group, &status, sizeof status), -1);
}
