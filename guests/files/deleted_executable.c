// A program whose executable has been deleted (an upgrade) runs on from the old one; one that was executed from a memfd.
// guest: file
// guest: memfd
#include "guest.h"
#include <sys/mman.h>

static char before[PATH_MAX];
static bool is_memfd;

static void copy_myself(int out)
{
    static char bytes[1 << 16];
    int in = NEED(open("/proc/self/exe", O_RDONLY));
    for (ssize_t n; (n = NEED(read(in, bytes, sizeof bytes))) > 0;)
        CHECK("write", write(out, bytes, n), n);
    NEED(close(in));
}

static void execute_copy(const char *copy)
{
    char directory[PATH_MAX];
    snprintf(directory, sizeof directory, "%s", copy);
    *strrchr(directory, '/') = 0;
    int out = is_memfd ? NEED(memfd_create("a program", MFD_CLOEXEC))
                       : NEED(open(copy, O_WRONLY | O_CREAT | O_EXCL, 0755));
    copy_myself(out);
    char *arguments[] = {(char *)copy, directory, is_memfd ? "memfd" : "file", NULL};
    if (is_memfd)
        fexecve(out, arguments, environ);
    NEED(close(out));
    execv(copy, arguments);
    guest_die("exec: %s", strerror(errno));
}

void setup(void)
{
    const char *copy = guest_path("copy");
    is_memfd = strcmp(guest_arg(0, "file"), "memfd") == 0;
    if (access(guest_path("started"), F_OK) != 0) {
        close(NEED(open(guest_path("started"), O_WRONLY | O_CREAT, 0600)));
        execute_copy(guest_path("copy"));
    }
    if (!is_memfd)
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
    CHECK("mode", status.st_mode, S_IFREG | (is_memfd ? 0777 : 0755));
    CHECK("links", status.st_nlink, 0);
    int fd = open("/proc/self/exe", O_RDONLY);
    char magic[4] = "";
    CHECK("read", read(fd, magic, 4), 4);
    CHECK("an ELF file", memcmp(magic, "\177ELF", 4), 0);
    close(fd);
}
