// A memfd that is mapped shared and private and open at the same time is one object, seals included.
#include "guest.h"

enum { SIZE = 40 * 4096 };
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif
static int fd;
static char *shared_map, *private_map, *orphan;

void setup(void)
{
    fd = NEED(memfd_create("mapped", MFD_ALLOW_SEALING));
    NEED(ftruncate(fd, SIZE));
    shared_map = NEED(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    private_map = NEED(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    guest_fill(shared_map, SIZE / 2, 1);
    guest_fill(private_map, 4096, 2);
    NEED(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE));
    // Another one, of which no descriptor is left.
    int gone = NEED(memfd_create("orphan", 0));
    NEED(ftruncate(gone, 4096));
    orphan = NEED(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, gone, 0));
    close(gone);
    guest_fill(orphan, 4096, 3);
    guest_remember_maps();
}

void sabotage(void)
{
    NEED(mmap(shared_map, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0));
    shared_map[0] ^= 1;
}

void verify(void)
{
    static char bytes[SIZE];
    CHECK("seals", fcntl(fd, F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE);
    CHECK("read", pread(fd, bytes, SIZE, 0), SIZE);
    guest_check_fill("by the descriptor", bytes, SIZE / 2, 1);
    guest_check_fill("shared", shared_map, SIZE / 2, 1);
    guest_check_fill("private", private_map, 4096, 2);
    CHECK("private, not yet written", memcmp(private_map + 4096, bytes + 4096, SIZE - 4096), 0);
    shared_map[SIZE - 1] = 'x';
    CHECK("read", pread(fd, bytes, 1, SIZE - 1), 1);
    CHECK("written here, read there", bytes[0], 'x');
    CHECK_ERRNO("sealed against writing", pwrite(fd, "y", 1, 0), EPERM);
    CHECK_ERRNO("sealed against shrinking", ftruncate(fd, 0), EPERM);
    guest_check_fill("orphan", orphan, 4096, 3);
    shared_map[SIZE - 1] = 0;
}
