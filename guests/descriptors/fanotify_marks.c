// fanotify groups keep their marks: inodes, a directory's children, a file system, ignored and evictable ones; no event is
// made up by a restore.
// needs: root
// opt-out: proof: its own marks see the proof open its files
#include "guest.h"
#include <sys/fanotify.h>

enum { MARK_EVICTABLE = 0x200, MARK_IGNORE = 0x400 }; // headers may be older than the kernel

static int by_file = -1, by_name = -1;
static const char *directory, *file, *image_file, *quiet;

static int event_file(void)
{
    struct fanotify_event_metadata event;
    return read(by_file, &event, sizeof event) == sizeof event ? event.fd : -errno;
}

// One event of the group whose events are descriptors, which must be of the file at `path`.
static void expect_file(const char *what, uint64_t mask, const char *path)
{
    struct fanotify_event_metadata event = {.fd = -1};
    char link[64], target[PATH_MAX] = "";
    CHECK(what, read(by_file, &event, sizeof event), (long)sizeof event);
    CHECK(what, event.mask, mask);
    CHECK(what, event.pid, getpid());
    snprintf(link, sizeof link, "/proc/self/fd/%d", event.fd);
    CHECK(what, readlink(link, target, sizeof target - 1) > 0, 1);
    CHECK_STRING(what, target, path);
    CHECK("flags of its file", fcntl(event.fd, F_GETFL) & O_ACCMODE, O_RDONLY);
    close(event.fd);
}

// One event of the group whose events are names.
static void expect_name(const char *what, uint64_t mask, const char *name)
{
    _Alignas(8) char buffer[512];
    ssize_t length = read(by_name, buffer, sizeof buffer);
    struct fanotify_event_metadata event = {0};
    CHECK(what, length > (ssize_t)sizeof event, 1);
    if (length <= (ssize_t)sizeof event)
        return;
    memcpy(&event, buffer, sizeof event);
    CHECK(what, event.mask, mask);
    CHECK(what, event.event_len, length);
    // The header of the record, a file system id, the head and the bytes of a handle, the name.
    struct fanotify_event_info_fid info;
    uint32_t handle_bytes;
    memcpy(&info, buffer + sizeof event, sizeof info);
    memcpy(&handle_bytes, buffer + sizeof event + sizeof info, sizeof handle_bytes);
    CHECK(what, info.hdr.info_type, FAN_EVENT_INFO_TYPE_DFID_NAME);
    CHECK_STRING(what, buffer + sizeof event + sizeof info + 8 + handle_bytes, name);
}

static void write_file(const char *path)
{
    int f = open(path, O_WRONLY | O_CREAT, 0600);
    CHECK("write", write(f, "x", 1), 1);
    close(f);
}

void setup(void)
{
    NEED(mkdir(directory = guest_path("watched"), 0700));
    file = guest_path("watched/file");
    image_file = guest_path("watched/open");
    write_file(file), write_file(image_file);
    NEED(open(image_file, O_RDONLY)); // which a restore must open again
    by_file = fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK | FAN_CLOEXEC | FAN_UNLIMITED_MARKS, O_RDONLY | O_LARGEFILE);
    by_name = fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK | FAN_REPORT_DFID_NAME, 0);
    if (by_file < 0 || by_name < 0)
        guest_skip("fanotify_init: %s", strerror(errno));
    NEED(fanotify_mark(by_file, FAN_MARK_ADD, FAN_MODIFY | FAN_CLOSE_WRITE, AT_FDCWD, file));
    NEED(fanotify_mark(by_file, FAN_MARK_ADD, FAN_OPEN | FAN_EVENT_ON_CHILD, AT_FDCWD, directory));
    NEED(fanotify_mark(by_file, FAN_MARK_ADD | FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORED_SURV_MODIFY, FAN_OPEN, AT_FDCWD, file));
    NEED(fanotify_mark(by_name, FAN_MARK_ADD, FAN_CREATE | FAN_DELETE | FAN_ONDIR, AT_FDCWD, directory));
    NEED(mkdir(quiet = guest_path("quiet"), 0700));
    NEED(fanotify_mark(by_name, FAN_MARK_ADD, FAN_CREATE | FAN_DELETE | FAN_ONDIR, AT_FDCWD, quiet));
    NEED(fanotify_mark(by_name, FAN_MARK_ADD | MARK_IGNORE | FAN_MARK_IGNORED_SURV_MODIFY, FAN_CREATE | FAN_ONDIR,
                       AT_FDCWD, quiet));
    NEED(fanotify_mark(by_name, FAN_MARK_ADD | MARK_EVICTABLE, FAN_ATTRIB, AT_FDCWD, file));
    NEED(fanotify_mark(by_name, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_DELETE_SELF, AT_FDCWD, "/dev"));
}

void sabotage(void)
{
    NEED(fanotify_mark(by_file, FAN_MARK_REMOVE, FAN_MODIFY, AT_FDCWD, file));
}

void verify(void)
{
    CHECK("close-on-exec", fcntl(by_file, F_GETFD), FD_CLOEXEC);
    CHECK("kept on exec", fcntl(by_name, F_GETFD), 0);
    CHECK("quiet", event_file(), -EAGAIN);
    write_file(file);
    expect_file("changed, its opening ignored", FAN_MODIFY | FAN_CLOSE_WRITE, file);
    CHECK("no more", event_file(), -EAGAIN);
    close(open(image_file, O_RDONLY));
    expect_file("a child is opened", FAN_OPEN, image_file);
    CHECK("no more", event_file(), -EAGAIN);
    char byte;
    CHECK_ERRNO("quiet, too", read(by_name, &byte, 1), EAGAIN);
    NEED(mkdir(guest_path("watched/new"), 0700));
    expect_name("created", FAN_CREATE | FAN_ONDIR, "new");
    NEED(rmdir(guest_path("watched/new")));
    expect_name("deleted", FAN_DELETE | FAN_ONDIR, "new");
    NEED(mkdir(guest_path("quiet/new"), 0700)); // which is ignored
    NEED(rmdir(guest_path("quiet/new")));
    expect_name("deleted in the other", FAN_DELETE | FAN_ONDIR, "new");
    CHECK_ERRNO("no more of them", read(by_name, &byte, 1), EAGAIN);
    // Marks that are there are found, others are not.
    CHECK("file system mark", fanotify_mark(by_name, FAN_MARK_REMOVE | FAN_MARK_FILESYSTEM, FAN_ACCESS, AT_FDCWD, "/dev"), 0);
    CHECK_ERRNO("no mark", fanotify_mark(by_name, FAN_MARK_REMOVE, FAN_ACCESS, AT_FDCWD, image_file), ENOENT);
}
