// inotify watches keep their descriptors (with gaps), masks and inodes.
#include "guest.h"
#include <sys/inotify.h>

static int fd, file_watch, removed_watch, directory_watch, once_watch;

// Reads one event; its name goes to `name`.
static struct inotify_event next(char *name)
{
    _Alignas(struct inotify_event) char buffer[4096];
    static char pending[4096];
    static ssize_t length, at;
    if (at >= length) {
        at = 0;
        length = read(fd, pending, sizeof pending);
        if (length < 0) {
            length = 0;
            return (struct inotify_event){.wd = -errno};
        }
    }
    memcpy(buffer, pending + at, sizeof(struct inotify_event));
    struct inotify_event event = *(struct inotify_event *)buffer;
    strcpy(name, event.len ? pending + at + sizeof event : "");
    at += (ssize_t)(sizeof event + event.len);
    return event;
}

static void expect(const char *what, int watch, uint32_t mask, const char *want_name)
{
    char name[256] = "";
    struct inotify_event event = next(name);
    CHECK(what, event.wd, watch);
    CHECK(what, event.mask, mask);
    CHECK_STRING(what, name, want_name);
}

static void touch(const char *name)
{
    int file = open(guest_path(name), O_WRONLY | O_CREAT, 0600);
    CHECK("write", write(file, "x", 1), 1);
    close(file);
}

void setup(void)
{
    NEED(mkdir(guest_path("directory"), 0700));
    touch("file"), touch("removed"), touch("once");
    fd = NEED(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    file_watch = NEED(inotify_add_watch(fd, guest_path("file"), IN_MODIFY));
    removed_watch = NEED(inotify_add_watch(fd, guest_path("removed"), IN_ALL_EVENTS));
    directory_watch = NEED(inotify_add_watch(fd, guest_path("directory"), IN_CREATE | IN_DELETE));
    once_watch = NEED(inotify_add_watch(fd, guest_path("once"), IN_MODIFY | IN_ONESHOT));
    NEED(inotify_rm_watch(fd, removed_watch));
    expect("ignored", removed_watch, IN_IGNORED, "");
}

void sabotage(void)
{
    NEED(inotify_add_watch(fd, guest_path("directory"), IN_CREATE));
}

void verify(void)
{
    char name[256];
    CHECK("close-on-exec", fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK("quiet", next(name).wd, -EAGAIN);
    touch("file");
    expect("modified file", file_watch, IN_MODIFY, "");
    touch("removed");
    CHECK("no watch there", next(name).wd, -EAGAIN);
    touch("directory/new");
    expect("created", directory_watch, IN_CREATE, "new");
    unlink(guest_path("directory/new"));
    expect("deleted", directory_watch, IN_DELETE, "new");
    touch("once");
    expect("once", once_watch, IN_MODIFY, "");
    expect("spent", once_watch, IN_IGNORED, "");
    // The number of a watch is the one it had, also for the kernel.
    CHECK("same inode, same watch",
          inotify_add_watch(fd, guest_path("file"), IN_MODIFY), file_watch);
    CHECK_ERRNO("the gap is a gap", inotify_rm_watch(fd, removed_watch), EINVAL);
}
