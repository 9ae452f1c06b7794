// A file that is unlinked, open and mapped, shared and private, is still one file.
#include "guest.h"

enum { SIZE = 40000 };

static int fd;
static char *shared, *private, *read_only;

void setup(void)
{
    fd = NEED(open(guest_path("data"), O_RDWR | O_CREAT | O_EXCL, 0600));
    NEED(ftruncate(fd, SIZE));
    shared = NEED(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    private = NEED(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    NEED(unlink(guest_path("data")));
    guest_fill(shared, SIZE, 3);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int reader = NEED(open(path, O_RDONLY));
    read_only = NEED(mmap(NULL, 4096, PROT_READ, MAP_SHARED, reader, 4096));
    NEED(close(reader));
    private[5] = 'p';
    guest_remember_maps();
}

void sabotage(void)
{
    CHECK("write", pwrite(fd, "x", 1, 9000), 1);
}

void verify(void)
{
    char byte = 0;
    guest_check_fill("contents", shared, SIZE, 3);
    CHECK("private", private[5], 'p');
    guest_check_fill("read only", read_only, 0, 3);
    char old = shared[4100];
    shared[4100] = 'n';
    CHECK("seen by the file", pread(fd, &byte, 1, 4100), 1);
    CHECK("seen by the file", byte, 'n');
    CHECK("seen by the other mapping", read_only[4], 'n');
    CHECK("seen by the private one", private[4100], 'n');
    shared[4100] = old;
    CHECK_ERRNO("read only for ever", mprotect(read_only, 4096, PROT_READ | PROT_WRITE), EACCES);
}
