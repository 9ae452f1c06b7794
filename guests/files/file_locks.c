// Locks on files are held after a restore, as whoever else wants them is told: of flock(2), of POSIX and of open files.
// opt-out: beside: two cannot hold one lock
#include "guest.h"

#include <sys/file.h>
#include <sys/wait.h>

static const struct range {
    int type;
    off_t start, length;
} POSIX[] = {{F_WRLCK, 0, 100}, {F_RDLCK, 200, 100}, {F_WRLCK, 500, 0}},
  OPEN[] = {{F_RDLCK, 0, 1}, {F_WRLCK, 10, 4096}, {F_WRLCK, 1L << 40, 7}};
enum { RANGES = 3 };

static int posix_file, open_file, shared, exclusive, copy;

static int new_file(const char *name)
{
    return NEED(open(guest_path(name), O_RDWR | O_CREAT | O_EXCL, 0600));
}

static void lock(int fd, int command, const struct range *range)
{
    struct flock wanted = {.l_type = (short)range->type, .l_start = range->start, .l_len = range->length};
    NEED(fcntl(fd, command, &wanted));
}

void setup(void)
{
    posix_file = new_file("posix");
    open_file = new_file("open");
    shared = new_file("shared");
    exclusive = new_file("exclusive");
    copy = NEED(dup(exclusive));
    for (int i = 0; i < RANGES; i++) {
        lock(posix_file, F_SETLK, &POSIX[i]);
        lock(open_file, F_OFD_SETLK, &OPEN[i]);
    }
    NEED(flock(shared, LOCK_SH));
    NEED(flock(exclusive, LOCK_EX));
}

void sabotage(void)
{
    lock(open_file, F_OFD_SETLK, &(struct range){F_UNLCK, 20, 1});
}

// Asked by somebody else, by an open file of its own.
static struct flock holder(const char *name, off_t start, off_t length)
{
    struct flock found = {.l_type = F_WRLCK, .l_start = start, .l_len = length};
    int pipes[2];
    NEED(pipe(pipes));
    pid_t child = NEED(fork());
    if (child == 0) {
        int fd = open(guest_path(name), O_RDWR);
        _exit(fcntl(fd, F_GETLK, &found) || write(pipes[1], &found, sizeof found) != sizeof found);
    }
    CHECK("asked", (long)read(pipes[0], &found, sizeof found), (long)sizeof found);
    NEED(waitpid(child, NULL, 0));
    close(pipes[0]);
    close(pipes[1]);
    return found;
}

static void check(const char *name, const struct range *ranges, long owner)
{
    for (int i = 0; i < RANGES; i++) {
        struct flock found = holder(name, ranges[i].start, 1);
        CHECK("type", found.l_type, ranges[i].type);
        CHECK("start", found.l_start, ranges[i].start);
        CHECK("length", found.l_len, ranges[i].length);
        CHECK("owner", found.l_pid, owner);
    }
}

static void check_flock(const char *name, int other)
{
    int fd = NEED(open(guest_path(name), O_RDWR));
    CHECK("exclusive", flock(fd, LOCK_EX | LOCK_NB), -1);
    CHECK("shared", flock(fd, LOCK_SH | LOCK_NB), other);
    close(fd);
}

void verify(void)
{
    check("posix", POSIX, getpid());
    check("open", OPEN, -1);
    CHECK("between", holder("posix", 150, 10).l_type, F_UNLCK);
    CHECK("between", holder("open", 5000, 10).l_type, F_UNLCK);
    check_flock("shared", 0);
    check_flock("exclusive", -1);
    // It belongs to both descriptors: given up by one it is given up.
    CHECK("given up", flock(copy, LOCK_UN), 0);
    int fd = NEED(open(guest_path("exclusive"), O_RDWR));
    CHECK("free", flock(fd, LOCK_EX | LOCK_NB), 0);
    close(fd);
    CHECK("taken again", flock(exclusive, LOCK_EX | LOCK_NB), 0);
}
