// A memfd keeps its name, size, offset, contents, holes, mode and seals.
#include "guest.h"

enum { SIZE = 3 << 20, PIECE = 20000, HOLE_FROM = 1 << 20 };

static int fd, empty, sealed;
static const int SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

void setup(void)
{
    static char piece[PIECE];
    fd = NEED(memfd_create("guest's memory", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    NEED(ftruncate(fd, SIZE));
    guest_fill(piece, PIECE, 1);
    CHECK("write", pwrite(fd, piece, PIECE, 0), PIECE);
    guest_fill(piece, PIECE, 2);
    CHECK("write", pwrite(fd, piece, PIECE, SIZE - PIECE), PIECE);
    NEED(lseek(fd, 777, SEEK_SET));
    NEED(fchmod(fd, 0640));
    empty = NEED(memfd_create("", 0));
    sealed = NEED(memfd_create("sealed", MFD_ALLOW_SEALING));
    CHECK("write", write(sealed, "for ever", 8), 8);
    NEED(fcntl(sealed, F_ADD_SEALS, SEALS));
}

void sabotage(void)
{
    CHECK("write", pwrite(fd, "x", 1, SIZE / 2), 1);
}

void verify(void)
{
    static char bytes[SIZE];
    char path[64], target[64] = "";
    struct stat status = {0};
    CHECK("close-on-exec", fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK("offset", lseek(fd, 0, SEEK_CUR), 777);
    CHECK("fstat", fstat(fd, &status), 0);
    CHECK("size", status.st_size, SIZE);
    CHECK("mode", status.st_mode & 07777, 0640);
    CHECK_RANGE("blocks: the hole is a hole", status.st_blocks, 1, 2 * (PIECE / 4096 + 2) * 8);
    CHECK("read", pread(fd, bytes, SIZE, 0), SIZE);
    guest_check_fill("front", bytes, PIECE, 1);
    guest_check_fill("end", bytes + SIZE - PIECE, PIECE, 2);
    for (int i = PIECE; i < SIZE - PIECE; i++)
        if (bytes[i] != 0) {
            guest_fail("hole: byte %d is not zero", i);
            break;
        }
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    CHECK("name", readlink(path, target, sizeof target - 1) > 0, 1);
    CHECK_STRING("name", target, "/memfd:guest's memory (deleted)");
    CHECK("seals", fcntl(fd, F_GET_SEALS), 0);
    CHECK("no sealing allowed", fcntl(empty, F_GET_SEALS), F_SEAL_SEAL);
    CHECK("size of the empty one", lseek(empty, 0, SEEK_END), 0);
    CHECK("seals of the sealed one", fcntl(sealed, F_GET_SEALS), SEALS);
    CHECK("read", pread(sealed, bytes, 9, 0), 8);
    CHECK("bytes", memcmp(bytes, "for ever", 8), 0);
    CHECK_ERRNO("write", pwrite(sealed, "x", 1, 0), EPERM);
    CHECK("seal more", fcntl(sealed, F_ADD_SEALS, F_SEAL_SEAL), 0);
}
