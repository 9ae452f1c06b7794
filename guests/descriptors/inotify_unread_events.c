// Events that nobody has read yet are read after: same order, names and cookies of a pair.
// opt-out: resume: an event is given out once and cannot be put back, so these are refused by name
// opt-out: restore: an event is given out once and cannot be put back, so these are refused by name
// opt-out: pipe: an event is given out once and cannot be put back, so these are refused by name
// opt-out: again: an event is given out once and cannot be put back, so these are refused by name
// opt-out: beside: an event is given out once and cannot be put back, so these are refused by name
// opt-out: row: an event is given out once and cannot be put back, so these are refused by name
// opt-out: pid-namespace: an event is given out once and cannot be put back, so these are refused by name
// opt-out: detached: an event is given out once and cannot be put back, so these are refused by name
// opt-out: executable: an event is given out once and cannot be put back, so these are refused by name
#include "guest.h"
#include <sys/inotify.h>

static int fd, watch;

void setup(void)
{
    NEED(mkdir(guest_path("watched"), 0700));
    fd = NEED(inotify_init1(IN_NONBLOCK));
    watch = NEED(inotify_add_watch(fd, guest_path("watched"),
                                   IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY));
    int file = NEED(open(guest_path("watched/first"), O_WRONLY | O_CREAT, 0600));
    CHECK("write", write(file, "x", 1), 1);
    close(file);
    NEED(rename(guest_path("watched/first"), guest_path("watched/second")));
}

void sabotage(void)
{
    close(NEED(open(guest_path("watched/more"), O_WRONLY | O_CREAT, 0600)));
}

void verify(void)
{
    static const struct { uint32_t mask; const char *name; } WANT[] = {
        {IN_CREATE, "first"}, {IN_MODIFY, "first"},
        {IN_MOVED_FROM, "first"}, {IN_MOVED_TO, "second"},
    };
    _Alignas(struct inotify_event) char buffer[4096];
    ssize_t length = read(fd, buffer, sizeof buffer);
    ssize_t at = 0;
    uint32_t cookies[4] = {0};
    for (int i = 0; i < 4 && at < length; i++) {
        const struct inotify_event *event = (const struct inotify_event *)(buffer + at);
        CHECK("watch", event->wd, watch);
        CHECK("event", event->mask, WANT[i].mask);
        CHECK_STRING("name", event->len ? event->name : "", WANT[i].name);
        cookies[i] = event->cookie;
        at += (ssize_t)(sizeof *event + event->len);
    }
    CHECK("no more than these", length, at);
    CHECK("all four", at > 0 && cookies[2] != 0, 1);
    CHECK("one cookie for the pair", cookies[2], cookies[3]);
    CHECK_ERRNO("empty", read(fd, buffer, sizeof buffer), EAGAIN);
}
