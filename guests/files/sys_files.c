// Files and directories of /sys, and a directory that lists them.
#include "guest.h"

static int file, directory;
static char before[256];
static ssize_t length;

void setup(void)
{
    file = open("/sys/kernel/mm/transparent_hugepage/enabled", O_RDONLY);
    if (file < 0)
        guest_skip("no such file in /sys");
    length = NEED(read(file, before, sizeof before));
    directory = NEED(open("/sys/kernel/mm", O_RDONLY | O_DIRECTORY));
}

void sabotage(void)
{
    NEED(lseek(file, 0, SEEK_SET));
}

void verify(void)
{
    char now[256];
    CHECK("offset", lseek(file, 0, SEEK_CUR), length);
    CHECK("pread", pread(file, now, sizeof now, 0), length);
    CHECK("contents", memcmp(now, before, length), 0);
    CHECK("directory", faccessat(directory, "transparent_hugepage", F_OK, 0), 0);
}
