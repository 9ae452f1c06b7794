// A program whose executable has been deleted (an upgrade) runs on from the old one.
#include "guest.h"

static char before[PATH_MAX];

static void copy_myself(const char *to)
{
    static char bytes[1 << 16];
    int in = NEED(open("/proc/self/exe", O_RDONLY));
    int out = NEED(open(to, O_WRONLY | O_CREAT | O_EXCL, 0755));
    for (ssize_t n; (n = NEED(read(in, bytes, sizeof bytes))) > 0;)
        CHECK("write", write(out, bytes, n), n);
    NEED(close(in));
    NEED(close(out));
}

void setup(void)
{
    const char *copy = guest_path("copy");
    if (access(guest_path("started"), F_OK) != 0) {
        copy_myself(copy);
        close(NEED(open(guest_path("started"), O_WRONLY | O_CREAT, 0600)));
        char directory[PATH_MAX];
        snprintf(directory, sizeof directory, "%s", copy);
        *strrchr(directory, '/') = 0;
        execl(copy, copy, directory, (char *)NULL);
        guest_die("exec: %s", strerror(errno));
    }
    NEED(unlink(copy));
    CHECK("exe", readlink("/proc/self/exe", before, sizeof before - 1) > 0, 1);
}

void sabotage(void)
{
    before[0] = 'x';
}

void verify(void)
{
    char now[PATH_MAX] = "";
    struct stat status = {0};
    CHECK("exe", readlink("/proc/self/exe", now, sizeof now - 1) > 0, 1);
    CHECK_STRING("exe", now, before);
    CHECK("stat", stat("/proc/self/exe", &status), 0);
    CHECK("mode", status.st_mode, S_IFREG | 0755);
    CHECK("links", status.st_nlink, 0);
    int fd = open("/proc/self/exe", O_RDONLY);
    char magic[4] = "";
    CHECK("read", read(fd, magic, 4), 4);
    CHECK("an ELF file", memcmp(magic, "\177ELF", 4), 0);
    close(fd);
}
