// An offset may stand behind the end of its file, even far beyond 4 GiB.
#include "guest.h"

static const off_t FAR = 5LL << 32;
static int fd;

void setup(void)
{
    fd = NEED(open(guest_path("data"), O_RDWR | O_CREAT, 0600));
    CHECK("write", write(fd, "short", 5), 5);
    NEED(lseek(fd, FAR, SEEK_SET));
}

void sabotage(void)
{
    NEED(lseek(fd, 0, SEEK_END));
}

void verify(void)
{
    char byte;
    CHECK("offset", lseek(fd, 0, SEEK_CUR), FAR);
    CHECK("read there", read(fd, &byte, 1), 0);
    CHECK("end", lseek(fd, 0, SEEK_END), 5);
    NEED(lseek(fd, FAR, SEEK_SET));
}
