// A log opened write-only for appending goes on at its end, wherever that is by then.
#include "guest.h"

static int fd;
static char line[64];

void setup(void)
{
    fd = NEED(open(guest_path("log"), O_WRONLY | O_CREAT | O_APPEND, 0600));
    for (int i = 0; i < 100; i++) {
        int length = sprintf(line, "line %d\n", i);
        CHECK("write", write(fd, line, (size_t)length), length);
    }
}

void sabotage(void)
{
    NEED(fcntl(fd, F_SETFL, 0));
    NEED(lseek(fd, 0, SEEK_SET));
}

void verify(void)
{
    static char text[1 << 16];
    // Grown meanwhile by somebody else, or by an earlier restore: growth is kept.
    int other = open(guest_path("log"), O_WRONLY | O_APPEND);
    CHECK("other writer", write(other, "meanwhile\n", 10), 10);
    close(other);
    struct stat before, after;
    CHECK("fstat", fstat(fd, &before), 0);
    CHECK("append", write(fd, "after\n", 6), 6);
    CHECK("fstat", fstat(fd, &after), 0);
    CHECK("growth", after.st_size, before.st_size + 6);
    CHECK("offset", lseek(fd, 0, SEEK_CUR), after.st_size);
    ssize_t length = guest_read_file(guest_path("log"), text, sizeof text);
    CHECK("size", length, after.st_size);
    CHECK("first lines", strncmp(text, "line 0\nline 1\n", 14), 0);
    CHECK_STRING("last lines", text + length - 16, "meanwhile\nafter\n");
    CHECK_ERRNO("read", read(fd, text, 1), EBADF);
}
