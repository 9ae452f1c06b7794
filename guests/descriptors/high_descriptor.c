// Descriptors with high numbers and gaps between them; the next free one is the lowest, as ever.
// build: static
#include "guest.h"
#include <sys/resource.h>

static const int NUMBERS[] = {7, 63, 64, 255, 800, 1000};
enum { COUNT = sizeof NUMBERS / sizeof *NUMBERS };
static int lowest;
static bool open_at_setup[1024]; // what the harness left open is none of our business

void setup(void)
{
    for (int i = 0; i < COUNT; i++) {
        char name[32];
        snprintf(name, sizeof name, "file-%d", NUMBERS[i]);
        int fd = NEED(open(guest_path(name), O_RDWR | O_CREAT, 0600));
        CHECK("write", write(fd, &NUMBERS[i], sizeof(int)), sizeof(int));
        NEED(dup2(fd, NUMBERS[i]));
        if (fd != NUMBERS[i])
            close(fd);
    }
    lowest = NEED(dup(7));
    close(lowest);
    for (int fd = 0; fd < 1024; fd++)
        open_at_setup[fd] = fcntl(fd, F_GETFD) != -1;
}

void sabotage(void)
{
    NEED(dup2(800, 801));
    close(255);
}

void verify(void)
{
    for (int i = 0; i < COUNT; i++) {
        int number = -1;
        CHECK("read", pread(NUMBERS[i], &number, sizeof number, 0), sizeof number);
        CHECK("file of this number", number, NUMBERS[i]);
    }
    for (int fd = 0; fd < 1024; fd++)
        if (open_at_setup[fd] != (fcntl(fd, F_GETFD) != -1))
            guest_fail("descriptor %d: expected %s", fd, open_at_setup[fd] ? "open" : "closed");
    CHECK("the lowest free number", dup(7), lowest);
}
