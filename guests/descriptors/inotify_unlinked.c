// inotify watches of a file whose last name is gone, and that a descriptor keeps; nothing of a restore is an event.
#include "guest.h"
#include <sys/inotify.h>

static int instance, file, watch, above;

void setup(void)
{
    guest_enter_dir();
    instance = NEED(inotify_init1(IN_NONBLOCK));
    above = NEED(inotify_add_watch(instance, ".", IN_DELETE_SELF));
    file = NEED(open("watched", O_RDWR | O_CREAT | O_EXCL, 0600));
    NEED(write(file, "contents", 8));
    watch = NEED(inotify_add_watch(instance, "watched", IN_MODIFY | IN_ATTRIB));
    NEED(unlink("watched"));
    char events[4096];
    while (read(instance, events, sizeof events) > 0)
        ;
}

void sabotage(void)
{
    NEED(inotify_rm_watch(instance, watch));
}

void verify(void)
{
    char events[4096] __attribute__((aligned(8)));
    CHECK_ERRNO("no event", read(instance, events, sizeof events), EAGAIN);
    CHECK("write", pwrite(file, "x", 1, 0), 1);
    ssize_t length = read(instance, events, sizeof events);
    const struct inotify_event *event = (const void *)events;
    CHECK_RANGE("an event", length, sizeof *event, sizeof events);
    CHECK("watch", event->wd, watch);
    CHECK("modified", event->mask & IN_ALL_EVENTS, IN_MODIFY);
    CHECK("number", inotify_add_watch(instance, "/", IN_DELETE_SELF), watch + 1);
    CHECK("other", inotify_rm_watch(instance, above), 0);
}
