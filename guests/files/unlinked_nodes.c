// A FIFO and a device node that have been unlinked stay open.
// needs: root
#include "guest.h"
#include <sys/sysmacros.h>

static int reader, writer, null;

void setup(void)
{
    NEED(mkfifo(guest_path("fifo"), 0600));
    NEED(chmod(guest_path("fifo"), 0620));
    reader = NEED(open(guest_path("fifo"), O_RDONLY | O_NONBLOCK));
    writer = NEED(open(guest_path("fifo"), O_WRONLY));
    NEED(unlink(guest_path("fifo")));
    CHECK("write", write(writer, "unread", 6), 6);
    NEED(mknod(guest_path("null"), S_IFCHR | 0644, makedev(1, 3)));
    null = open(guest_path("null"), O_RDWR);
    if (null < 0)
        guest_skip("device nodes do not work here");
    NEED(unlink(guest_path("null")));
}

void sabotage(void)
{
    char bytes[3];
    CHECK("read", read(reader, bytes, 3), 3);
}

void verify(void)
{
    char bytes[16];
    struct stat status = {0};
    CHECK("fstat", fstat(reader, &status), 0);
    CHECK("mode", status.st_mode, S_IFIFO | 0620);
    CHECK("links", status.st_nlink, 0);
    CHECK("read", read(reader, bytes, sizeof bytes), 6);
    CHECK("bytes", memcmp(bytes, "unread", 6), 0);
    CHECK("write", write(writer, "unread", 6), 6);
    CHECK("flags", fcntl(reader, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDONLY | O_NONBLOCK);
    CHECK("flags", fcntl(writer, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_WRONLY);
    CHECK("fstat", fstat(null, &status), 0);
    CHECK("mode", status.st_mode, S_IFCHR | 0644);
    CHECK("links", status.st_nlink, 0);
    CHECK("read", read(null, bytes, 1), 0);
    CHECK("write", write(null, bytes, 1), 1);
}
