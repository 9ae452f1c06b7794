// What a child has changed of the descriptors that it got from its parent: which of them exec closes, what lies under a
// number, and its own POSIX locks on files that both have open, a pipe among them.
// opt-out: executable: an executable holds one process
// opt-out: beside: two cannot hold one lock
#include "guest.h"

enum { CLOSES_BOTH, CLOSES_PIPE, CLOSES_NULL, OTHER_FILE };

static int pipes[2], file, zero, other;
static struct guest_child child, sibling;

static long answer(int question)
{
    switch (question) {
    case CLOSES_BOTH:
        return fcntl(file, F_GETFD);
    case CLOSES_PIPE:
        return fcntl(pipes[0], F_GETFD);
    case CLOSES_NULL:
        return fcntl(zero, F_GETFD);
    default:
        return lseek(other, 0, SEEK_CUR);
    }
}

static void lock(int fd, off_t start)
{
    struct flock wanted = {.l_type = F_WRLCK, .l_start = start, .l_len = 10};
    NEED(fcntl(fd, F_SETLK, &wanted));
}

static void change(void)
{
    NEED(fcntl(pipes[0], F_SETFD, FD_CLOEXEC));
    NEED(fcntl(zero, F_SETFD, 0));
    int again = NEED(open(guest_path("file"), O_RDWR));
    NEED(lseek(again, 4, SEEK_SET));
    NEED(dup2(again, other)); // the same file, not the same open file
    NEED(close(again));
    lock(file, 100);
    lock(pipes[1], 200);
}

void setup(void)
{
    NEED(pipe(pipes));
    file = NEED(open(guest_path("file"), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    other = NEED(dup(file));
    zero = NEED(open("/dev/zero", O_RDONLY | O_CLOEXEC));
    guest_start_child(&child, change, answer);
    guest_start_child(&sibling, NULL, answer);
}

void sabotage(void)
{
    NEED(fcntl(pipes[0], F_SETFD, FD_CLOEXEC));
}

static pid_t holder(int fd, off_t start)
{
    struct flock found = {.l_type = F_WRLCK, .l_start = start, .l_len = 1};
    NEED(fcntl(fd, F_GETLK, &found));
    return found.l_type == F_UNLCK ? 0 : found.l_pid;
}

void verify(void)
{
    CHECK("parent's file", fcntl(file, F_GETFD), FD_CLOEXEC);
    CHECK("parent's pipe", fcntl(pipes[0], F_GETFD), 0);
    CHECK("parent's device", fcntl(zero, F_GETFD), FD_CLOEXEC);
    CHECK("parent's number", lseek(other, 0, SEEK_CUR), 0);
    CHECK("child's file", guest_ask(&child, CLOSES_BOTH), FD_CLOEXEC);
    CHECK("child's pipe", guest_ask(&child, CLOSES_PIPE), FD_CLOEXEC);
    CHECK("child's device", guest_ask(&child, CLOSES_NULL), 0);
    CHECK("child's number", guest_ask(&child, OTHER_FILE), 4);
    CHECK("sibling's pipe", guest_ask(&sibling, CLOSES_PIPE), 0);
    CHECK("sibling's number", guest_ask(&sibling, OTHER_FILE), 0);
    CHECK("lock on the file", holder(file, 105), child.pid);
    CHECK("lock on the pipe", holder(pipes[1], 205), child.pid);
    CHECK("no lock", holder(file, 205), 0);
}
