// Shared mappings of regular files, read-only and writable: what is written there is in the file, and
// what is written to the file is there.
#include "guest.h"

enum { SIZE = 20 * 4096 };
static char *writable, *read_only, *offset;
static char want[SIZE];

void setup(void)
{
    int fd = NEED(open(guest_path("data"), O_RDWR | O_CREAT, 0600));
    NEED(ftruncate(fd, SIZE));
    writable = NEED(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    offset = NEED(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 8192));
    close(fd);
    fd = NEED(open(guest_path("data"), O_RDONLY));
    read_only = NEED(mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0));
    close(fd);
    guest_fill(want, SIZE, 1);
    memcpy(writable, want, SIZE);
    guest_remember_maps();
}

void sabotage(void)
{
    writable[5000] ^= 1;
}

void verify(void)
{
    static char in_file[SIZE];
    guest_check_maps();
    guest_check_fill("writable", writable, SIZE, 1);
    guest_check_fill("read-only", read_only, SIZE, 1);
    CHECK_ERRNO("read-only for ever", mprotect(read_only, 4096, PROT_READ | PROT_WRITE), EACCES);
    int fd = open(guest_path("data"), O_RDWR);
    writable[9000] = 'a', offset[1] = 'b';
    CHECK("read", pread(fd, in_file, SIZE, 0), SIZE);
    CHECK("mapping to file", in_file[9000], 'a');
    CHECK("by the other mapping", in_file[8193], 'b');
    CHECK("write", pwrite(fd, "c", 1, 10000), 1);
    CHECK("file to mapping", read_only[10000], 'c');
    // As it was, for a second restore.
    CHECK("write", pwrite(fd, want, SIZE, 0), SIZE);
    CHECK("msync", msync(writable, SIZE, MS_SYNC), 0);
    close(fd);
}
