// A file made by O_TMPFILE keeps contents and flags, and can still be given a name.
#include "guest.h"

static int fd, writer, reader;

void setup(void)
{
    char path[64];
    guest_enter_dir();
    fd = open(".", O_RDWR | O_TMPFILE, 0640);
    if (fd < 0)
        guest_skip("no O_TMPFILE in this file system");
    CHECK("write", write(fd, "temporary", 9), 9);
    writer = NEED(open(".", O_WRONLY | O_TMPFILE | O_APPEND, 0600));
    CHECK("write", write(writer, "w", 1), 1);
    snprintf(path, sizeof path, "/proc/self/fd/%d", writer);
    reader = NEED(open(path, O_RDONLY));
}

void sabotage(void)
{
    NEED(ftruncate(fd, 3));
}

void verify(void)
{
    char bytes[16], path[64];
    CHECK("offset", lseek(fd, 0, SEEK_CUR), 9);
    CHECK("read", pread(fd, bytes, sizeof bytes, 0), 9);
    CHECK("bytes", memcmp(bytes, "temporary", 9), 0);
    CHECK("flags", fcntl(fd, F_GETFL) & O_TMPFILE, O_TMPFILE);
    CHECK("flags", fcntl(writer, F_GETFL) & (O_TMPFILE | O_ACCMODE | O_APPEND), O_TMPFILE | O_WRONLY | O_APPEND);
    CHECK("write", write(writer, "x", 1), 1);
    CHECK("read", pread(reader, bytes, sizeof bytes, 0), 2);
    NEED(ftruncate(writer, 1));
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    unlink("named");
    CHECK("link", linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW), 0);
    struct stat status = {0};
    CHECK("named", stat("named", &status), 0);
    CHECK("mode", status.st_mode, S_IFREG | 0640);
    CHECK("size", status.st_size, 9);
    CHECK("unlink", unlink("named"), 0);
}
