// Pipes between processes: unread bytes, both ends at work, an end that only a child has.
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <sys/wait.h>

enum { UNREAD = 5000, READ_ALL, WRITE, EOF_SEEN, LAST_BYTE };

static int shared[2], ring[3][2];
static struct guest_child reader, writer, links[2];

static long read_some(int fd, int length)
{
    char got[8192], want[8192];
    ssize_t n = read(fd, got, (size_t)length);
    guest_fill(want, UNREAD, 3);
    return n == length && memcmp(got, want, (size_t)length) == 0;
}

static long answer(int question)
{
    char byte;
    switch (question) {
    case READ_ALL:
        return read_some(shared[0], UNREAD);
    case WRITE:
        return write(shared[1], "z", 1);
    case EOF_SEEN:
        return read(shared[0], &byte, 1);
    default:
        return read(shared[0], &byte, 1) == 1 ? byte : -1;
    }
}

static void only_read(void)
{
    NEED(close(shared[1]));
}

static void only_write(void)
{
    NEED(close(shared[0]));
}

// Bytes go round: each passes on what it gets, plus one.
static long pass_on(int question)
{
    char byte;
    NEED(read(ring[question][0], &byte, 1));
    byte++;
    return write(ring[question + 1][1], &byte, 1);
}

void setup(void)
{
    char bytes[UNREAD];
    NEED(pipe(shared));
    for (int i = 0; i < 3; i++)
        NEED(pipe(ring[i]));
    guest_fill(bytes, UNREAD, 3);
    guest_start_child(&reader, only_read, answer);
    guest_start_child(&writer, only_write, answer);
    CHECK("write", write(shared[1], bytes, UNREAD), UNREAD);
    NEED(close(shared[0]));
    NEED(close(shared[1])); // from now on only the children have it
    for (int i = 0; i < 2; i++)
        guest_start_child(&links[i], NULL, pass_on);
}

void sabotage(void)
{
    guest_ask(&reader, LAST_BYTE);
}

void verify(void)
{
    CHECK("unread bytes", guest_ask(&reader, READ_ALL), 1);
    CHECK("write", guest_ask(&writer, WRITE), 1);
    CHECK("read", guest_ask(&reader, LAST_BYTE), 'z');
    CHECK("ring: write", write(ring[0][1], "a", 1), 1);
    CHECK("ring: first", guest_ask(&links[0], 0), 1);
    CHECK("ring: second", guest_ask(&links[1], 1), 1);
    char byte = 0;
    CHECK("ring: read", read(ring[2][0], &byte, 1), 1);
    CHECK("ring: byte", byte, 'c');
    // The links have the write end, too: they were started later... with both ends closed here.
    CHECK("writer's status", guest_end_child(&writer, 0), 0);
    CHECK("end of file", guest_ask(&reader, EOF_SEEN), 0);
}
