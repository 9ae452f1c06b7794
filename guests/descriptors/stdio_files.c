// stdin, stdout and stderr redirected to files: half-read, appended to, and one description for two.
// needs: ready-file
// opt-out: executable: its 0-2 are those of the exec
#include "guest.h"

void setup(void)
{
    // `ready` on stdout goes into the file: DIR/ready alone says it.
    int in = NEED(open(guest_path("in"), O_RDWR | O_CREAT, 0600));
    CHECK("write", write(in, "first line\nsecond line\n", 23), 23);
    NEED(lseek(in, 11, SEEK_SET));
    NEED(dup2(in, 0));
    NEED(dup2(NEED(open(guest_path("out"), O_WRONLY | O_CREAT | O_TRUNC, 0600)), 1));
    NEED(dup2(1, 2));
    for (int fd = 3; fd < 10; fd++)
        close(fd);
    CHECK("write", write(1, "one ", 4), 4);
    CHECK("write", write(2, "two ", 4), 4);
}

void sabotage(void)
{
    NEED(open("/dev/null", O_WRONLY));
    NEED(dup2(3, 2));
}

void verify(void)
{
    char bytes[64] = "";
    CHECK("read", read(0, bytes, 64), 12);
    CHECK_STRING("rest of the input", bytes, "second line\n");
    CHECK("write", write(2, "three ", 6), 6);
    CHECK("one offset for both", lseek(1, 0, SEEK_CUR), 20); // ready and a newline between
    CHECK("write", write(1, "four", 4), 4);
    CHECK("contents", guest_read_file(guest_path("out"), bytes, sizeof bytes) >= 24, 1);
    CHECK("in order", strncmp(bytes, "one two ready\nthree four", 24), 0);
}
