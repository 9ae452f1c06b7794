// Directories that have been removed, open and as the working directory, are still the ones they were.
#include "guest.h"

static int fd, path_only, other;

void setup(void)
{
    NEED(mkdir(guest_path("work"), 0755));
    NEED(mkdir(guest_path("other"), 0710));
    NEED(chdir(guest_path("work")));
    fd = NEED(open(".", O_RDONLY | O_DIRECTORY));
    path_only = NEED(open(".", O_PATH));
    other = NEED(open(guest_path("other"), O_RDONLY | O_CLOEXEC));
    NEED(rmdir(guest_path("work")));
    NEED(rmdir(guest_path("other")));
}

void sabotage(void)
{
    NEED(chdir("/"));
}

void verify(void)
{
    struct stat here = {0}, open_one = {0}, by_path = {0};
    char path[PATH_MAX];
    CHECK("stat", stat(".", &here), 0);
    CHECK("fstat", fstat(fd, &open_one), 0);
    CHECK("fstat", fstat(path_only, &by_path), 0);
    CHECK("one directory", here.st_ino == open_one.st_ino, 1);
    CHECK("one directory", here.st_ino == by_path.st_ino, 1);
    CHECK("mode", here.st_mode, S_IFDIR | 0755);
    CHECK("links", here.st_nlink, 0);
    CHECK_ERRNO("getcwd", syscall(SYS_getcwd, path, sizeof path) < 0 ? -1 : 0, ENOENT);
    CHECK_ERRNO("nothing can be made in it", open("x", O_CREAT | O_RDWR, 0600), ENOENT);
    CHECK("fstat", fstat(other, &open_one), 0);
    CHECK("another", here.st_ino != open_one.st_ino, 1);
    CHECK("mode", open_one.st_mode, S_IFDIR | 0710);
    CHECK("close-on-exec", fcntl(other, F_GETFD), FD_CLOEXEC);
    CHECK_ERRNO("gone", access(guest_path("work"), F_OK), ENOENT);
}
