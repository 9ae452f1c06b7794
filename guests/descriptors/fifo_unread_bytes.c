// FIFOs (named pipes) with unread bytes, open for reading, for writing, and for both at once.
// opt-out: beside: both have the same fifo, and what is in it
#include "guest.h"

static int reader, writer, both;
static const int O_LARGE = 0100000; // set by every open of a 64-bit process, hidden by glibc

void setup(void)
{
    NEED(mkfifo(guest_path("fifo"), 0600));
    NEED(mkfifo(guest_path("both"), 0600));
    reader = NEED(open(guest_path("fifo"), O_RDONLY | O_NONBLOCK));
    writer = NEED(open(guest_path("fifo"), O_WRONLY | O_APPEND));
    both = NEED(open(guest_path("both"), O_RDWR | O_NONBLOCK));
    CHECK("write", write(writer, "unread in the fifo", 18), 18);
    CHECK("write", write(both, "and in the other", 16), 16);
}

void sabotage(void)
{
    char byte;
    NEED(read(both, &byte, 1));
}

void verify(void)
{
    char bytes[64] = "", text[64] = "";
    struct stat status = {0}, by_name = {0};
    CHECK("flags of the reader", fcntl(reader, F_GETFL), O_RDONLY | O_NONBLOCK | O_LARGE);
    CHECK("flags of the writer", fcntl(writer, F_GETFL), O_WRONLY | O_APPEND | O_LARGE);
    CHECK("read", read(reader, bytes, 63), 18);
    CHECK_STRING("bytes", bytes, "unread in the fifo");
    CHECK("read of both", read(both, text, 63), 16);
    CHECK_STRING("bytes of both", text, "and in the other");
    CHECK("stat", fstat(reader, &status) + stat(guest_path("fifo"), &by_name), 0);
    CHECK("inode", status.st_ino, by_name.st_ino);
    // It is the FIFO of that name, not a pipe that looks like it.
    int third = open(guest_path("fifo"), O_WRONLY | O_NONBLOCK);
    CHECK("write by name", write(third, "new", 3), 3);
    CHECK("read", read(reader, bytes, 63), 3);
    close(third), close(writer);
    CHECK("end of file", read(reader, bytes, 63), 0);
}
