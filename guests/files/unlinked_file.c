// A file that has been unlinked keeps contents, holes, size, mode, flags and offsets, and who shares it; a new file of the
// same name is left alone.
#include "guest.h"

enum { SIZE = 3000001, PIECE = 5000, HOLE = 1 << 20 };

static int fd, again, reader, appending, empty, taken, in_removed;

static int unlinked(const char *name, int flags)
{
    int made = NEED(open(guest_path(name), flags | O_CREAT | O_EXCL, 0640));
    NEED(unlink(guest_path(name)));
    return made;
}

void setup(void)
{
    static char piece[PIECE];
    char path[64];
    fd = unlinked("data", O_RDWR);
    guest_fill(piece, PIECE, 1);
    CHECK("write", pwrite(fd, piece, PIECE, 100), PIECE);
    guest_fill(piece, PIECE, 2);
    CHECK("write", pwrite(fd, piece, PIECE, SIZE - PIECE), PIECE);
    NEED(lseek(fd, 777, SEEK_SET));
    NEED(fchmod(fd, 0604));
    again = NEED(dup(fd));
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    reader = NEED(open(path, O_RDONLY | O_CLOEXEC));
    NEED(lseek(reader, 4711, SEEK_SET));
    appending = NEED(open(path, O_WRONLY | O_APPEND | O_NONBLOCK));
    empty = unlinked("empty", O_WRONLY);
    taken = unlinked("taken", O_RDWR);
    CHECK("write", write(taken, "old", 3), 3);
    int other = NEED(open(guest_path("taken"), O_RDWR | O_CREAT | O_EXCL, 0600));
    CHECK("write", write(other, "new file", 8), 8);
    NEED(close(other));
    NEED(mkdir(guest_path("a"), 0700));
    NEED(mkdir(guest_path("a/b"), 0700));
    in_removed = unlinked("a/b/c", O_RDWR);
    CHECK("write", write(in_removed, "deep", 4), 4);
    NEED(rmdir(guest_path("a/b")));
    NEED(rmdir(guest_path("a")));
}

void sabotage(void)
{
    CHECK("write", pwrite(fd, "x", 1, HOLE), 1);
}

static void check_link(int number, const char *name)
{
    char path[64], link[PATH_MAX] = "", want[PATH_MAX];
    snprintf(path, sizeof path, "/proc/self/fd/%d", number);
    snprintf(want, sizeof want, "%s (deleted)", guest_path(name));
    CHECK("link", readlink(path, link, sizeof link - 1) > 0, 1);
    CHECK_STRING("link", link, want);
}

void verify(void)
{
    static char bytes[SIZE];
    struct stat status = {0}, same = {0};
    CHECK("offset", lseek(fd, 0, SEEK_CUR), 777);
    CHECK("offset", lseek(reader, 0, SEEK_CUR), 4711);
    CHECK("fstat", fstat(fd, &status), 0);
    CHECK("size", status.st_size, SIZE);
    CHECK("links", status.st_nlink, 0);
    CHECK("mode", status.st_mode, S_IFREG | 0604);
    CHECK_RANGE("blocks: the hole is a hole", status.st_blocks, 1, 2 * (PIECE / 4096 + 2) * 8);
    CHECK("pread", pread(fd, bytes, SIZE, 0), SIZE);
    guest_check_fill("front", bytes + 100, PIECE, 1);
    guest_check_fill("end", bytes + SIZE - PIECE, PIECE, 2);
    CHECK("hole", bytes[HOLE], 0);
    check_link(fd, "data");
    CHECK("one file", fstat(reader, &same) == 0 && same.st_ino == status.st_ino, 1);
    CHECK_ERRNO("a reader", write(reader, "x", 1), EBADF);
    CHECK("close-on-exec", fcntl(reader, F_GETFD), FD_CLOEXEC);
    NEED(lseek(again, 778, SEEK_SET));
    CHECK("one description", lseek(fd, 0, SEEK_CUR), 778);
    NEED(lseek(again, 777, SEEK_SET));
    CHECK("flags", fcntl(appending, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK), O_WRONLY | O_APPEND | O_NONBLOCK);
    CHECK("append", write(appending, "tail", 4), 4);
    CHECK("read", pread(reader, bytes, 5, SIZE), 4);
    CHECK("appended", memcmp(bytes, "tail", 4), 0);
    NEED(ftruncate(fd, SIZE));
    check_link(empty, "empty");
    CHECK("empty", lseek(empty, 0, SEEK_END), 0);
    CHECK("old", pread(taken, bytes, 9, 0), 3);
    CHECK("old", memcmp(bytes, "old", 3), 0);
    int other = open(guest_path("taken"), O_RDONLY);
    CHECK("new", read(other, bytes, 9), 8);
    CHECK("new", memcmp(bytes, "new file", 8), 0);
    close(other);
    check_link(in_removed, "a/b/c");
    CHECK("deep", pread(in_removed, bytes, 9, 0), 4);
    CHECK("deep", memcmp(bytes, "deep", 4), 0);
    CHECK_ERRNO("no name of ours is left", access(guest_path("data"), F_OK), ENOENT);
    CHECK_ERRNO("no directory of ours is left", access(guest_path("a"), F_OK), ENOENT);
    CHECK_ERRNO("no name beside", access(guest_path("taken.reprise"), F_OK), ENOENT);
}
