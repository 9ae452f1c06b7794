// A directory that is half read goes on where it was: each name exactly once.
#include "guest.h"
#include <dirent.h>

enum { FILES = 200 };

static int fd;
static int seen[FILES];
static off_t position;

// Notes the names in a buffer of getdents64 (man 2 getdents).
static void note(const char *buffer, long length)
{
    for (long at = 0; at < length;) {
        const struct dirent64 *entry = (const struct dirent64 *)(buffer + at);
        int number;
        if (sscanf(entry->d_name, "file-%d", &number) == 1)
            seen[number]++;
        at += entry->d_reclen;
    }
}

static long read_some(size_t size)
{
    static char buffer[4096];
    long length = syscall(SYS_getdents64, fd, buffer, size);
    if (length > 0)
        note(buffer, length);
    return length;
}

void setup(void)
{
    NEED(mkdir(guest_path("files"), 0700));
    for (int i = 0; i < FILES; i++) {
        char name[32];
        snprintf(name, sizeof name, "files/file-%d", i);
        close(NEED(open(guest_path(name), O_WRONLY | O_CREAT, 0600)));
    }
    fd = NEED(open(guest_path("files"), O_RDONLY | O_DIRECTORY));
    for (int i = 0; i < 3; i++)
        CHECK("some entries", read_some(512) > 0, 1);
    position = lseek(fd, 0, SEEK_CUR);
}

void sabotage(void)
{
    NEED(lseek(fd, 0, SEEK_SET));
}

void verify(void)
{
    CHECK("position", lseek(fd, 0, SEEK_CUR), position);
    CHECK("flags", fcntl(fd, F_GETFL) & O_DIRECTORY, O_DIRECTORY);
    long length;
    while ((length = read_some(4096)) > 0)
        ;
    CHECK("end", length, 0);
    for (int i = 0; i < FILES; i++)
        if (seen[i] != 1)
            guest_fail("file-%d: expected once got %d times", i, seen[i]);
}
