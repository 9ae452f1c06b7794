// dup'ed descriptors share one open file description (offset, status flags), each with its own
// close-on-exec flag; another open of the same file shares nothing.
// build: static
#include "guest.h"

static int first, second, far, other;

void setup(void)
{
    char bytes[100];
    guest_fill(bytes, sizeof bytes, 3);
    first = NEED(open(guest_path("data"), O_RDWR | O_CREAT, 0600));
    CHECK("write", write(first, bytes, sizeof bytes), sizeof bytes);
    second = NEED(dup(first));
    far = NEED(fcntl(first, F_DUPFD_CLOEXEC, 120));
    other = NEED(open(guest_path("data"), O_RDWR));
    NEED(lseek(first, 40, SEEK_SET));
    NEED(lseek(other, 70, SEEK_SET));
}

void sabotage(void)
{
    int alone = NEED(open(guest_path("data"), O_RDWR));
    NEED(lseek(alone, 40, SEEK_SET));
    NEED(dup2(alone, second));
}

void verify(void)
{
    CHECK("offset of the first", lseek(first, 0, SEEK_CUR), 40);
    CHECK("offset of the other", lseek(other, 0, SEEK_CUR), 70);
    CHECK("first moves", lseek(first, 45, SEEK_SET), 45);
    CHECK("second moves along", lseek(second, 0, SEEK_CUR), 45);
    CHECK("far one moves along", lseek(far, 0, SEEK_CUR), 45);
    CHECK("other stays", lseek(other, 0, SEEK_CUR), 70);
    CHECK("set a status flag", fcntl(second, F_SETFL, O_APPEND), 0);
    CHECK("shared status flag", fcntl(first, F_GETFL) & O_APPEND, O_APPEND);
    CHECK("flag of the other", fcntl(other, F_GETFL) & O_APPEND, 0);
    CHECK("close-on-exec of the first", fcntl(first, F_GETFD), 0);
    CHECK("close-on-exec of the far one", fcntl(far, F_GETFD), FD_CLOEXEC);
    CHECK("far number", far, 120);
}
