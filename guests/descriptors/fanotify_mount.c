// A fanotify mark on a mount: what is written to by way of it makes events, but for what is ignored.
// needs: root
// opt-out: resume: ways run side by side, and what one does is an event for all: FanotifyMountTest
// opt-out: restore: ways run side by side, and what one does is an event for all: FanotifyMountTest
// opt-out: pipe: ways run side by side, and what one does is an event for all: FanotifyMountTest
// opt-out: row: ways run side by side, and what one does is an event for all: FanotifyMountTest
// opt-out: pid-namespace: ways run side by side, and what one does is an event for all: FanotifyMountTest
// opt-out: copy-on-write: ways run side by side, and what one does is an event for all: FanotifyMountTest
// opt-out: executable: ways run side by side, and what one does is an event for all: FanotifyMountTest
// opt-out: proof: ways run side by side, and what one does is an event for all: FanotifyMountTest
#include "guest.h"
#include <sys/fanotify.h>

static const char setting[] = "/sys/kernel/mm/ksm/sleep_millisecs";
static int group = -1;

// Writes what is there.
static void rewrite(void)
{
    char value[32];
    int f = open(setting, O_RDWR);
    ssize_t length = read(f, value, sizeof value);
    CHECK("read", length > 0, 1);
    CHECK("write", pwrite(f, value, length, 0), length);
    close(f);
}

// The mask of the next event of ours; those of others in this file system are passed over.
static long next(void)
{
    struct fanotify_event_metadata event;
    while (read(group, &event, sizeof event) == sizeof event) {
        char link[64], target[PATH_MAX] = "";
        snprintf(link, sizeof link, "/proc/self/fd/%d", event.fd);
        bool is_it = readlink(link, target, sizeof target - 1) > 0 && strcmp(target, setting) == 0 && event.pid == getpid();
        close(event.fd);
        if (is_it)
            return event.mask;
    }
    return -errno;
}

void setup(void)
{
    if (access(setting, W_OK) != 0)
        guest_skip("no setting to write to");
    group = fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK, O_RDONLY | O_LARGEFILE);
    if (group < 0)
        guest_skip("fanotify_init: %s", strerror(errno));
    NEED(fanotify_mark(group, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_MODIFY | FAN_CLOSE_WRITE, AT_FDCWD, "/sys"));
    NEED(fanotify_mark(group, FAN_MARK_ADD | FAN_MARK_MOUNT | FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORED_SURV_MODIFY,
                       FAN_CLOSE_WRITE, AT_FDCWD, "/sys"));
}

void sabotage(void)
{
    NEED(fanotify_mark(group, FAN_MARK_REMOVE | FAN_MARK_MOUNT, FAN_MODIFY, AT_FDCWD, "/sys"));
}

void verify(void)
{
    CHECK("quiet", next(), -EAGAIN);
    rewrite();
    CHECK("changed", next(), FAN_MODIFY);
    CHECK("its closing is ignored", next(), -EAGAIN);
    CHECK("the mark is there", fanotify_mark(group, FAN_MARK_REMOVE | FAN_MARK_MOUNT, FAN_MODIFY, AT_FDCWD, "/sys"), 0);
}
