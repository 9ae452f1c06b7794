// Mappings of /dev/zero: a private one is anonymous memory, a shared one is shared anonymous memory.
#include "guest.h"

enum { SIZE = 30 * 4096 };
static char *private_map, *shared_map;

void setup(void)
{
    int fd = NEED(open("/dev/zero", O_RDWR));
    private_map = NEED(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    shared_map = NEED(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    close(fd);
    guest_fill(private_map, SIZE / 2, 1);
    guest_fill(shared_map, SIZE / 2, 2);
}

void sabotage(void)
{
    shared_map[1] ^= 1;
}

void verify(void)
{
    guest_check_fill("private", private_map, SIZE / 2, 1);
    guest_check_fill("shared", shared_map, SIZE / 2, 2);
    CHECK("zeros", private_map[SIZE - 1] | shared_map[SIZE - 1], 0);
    private_map[SIZE - 1] = shared_map[SIZE - 1] = 1;
}
