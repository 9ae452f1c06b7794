// A regular file open for reading and writing keeps its offset, and a hole stays behind it.
#include "guest.h"

enum { LENGTH = 5000, OFFSET = 1234 };

static int fd;
static char bytes[LENGTH], got[LENGTH];

void setup(void)
{
    fd = NEED(open(guest_path("data"), O_RDWR | O_CREAT | O_TRUNC, 0640));
    guest_fill(bytes, LENGTH, 7);
    CHECK("write", write(fd, bytes, LENGTH), LENGTH);
    NEED(lseek(fd, OFFSET, SEEK_SET));
}

void sabotage(void)
{
    NEED(lseek(fd, 1, SEEK_CUR));
}

void verify(void)
{
    struct stat status;
    CHECK("offset", lseek(fd, 0, SEEK_CUR), OFFSET);
    CHECK("flags", fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK), O_RDWR);
    CHECK("read", read(fd, got, 100), 100);
    CHECK("bytes at the offset", memcmp(got, bytes + OFFSET, 100), 0);
    CHECK("write back", write(fd, bytes + OFFSET + 100, 50), 50); // the same bytes: repeatable
    CHECK("offset after", lseek(fd, 0, SEEK_CUR), OFFSET + 150);
    CHECK("fstat", fstat(fd, &status), 0);
    CHECK("size", status.st_size, LENGTH);
    CHECK("mode", status.st_mode, S_IFREG | 0640);
    CHECK("pread", pread(fd, got, LENGTH, 0), LENGTH);
    CHECK("contents", memcmp(got, bytes, LENGTH), 0);
}
