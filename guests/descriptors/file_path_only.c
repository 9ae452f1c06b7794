// O_PATH descriptors: of a file, of a symbolic link itself, and of a directory.
#include "guest.h"

static int file, link_itself, directory;
static ino_t inodes[3];

static ino_t inode(int fd)
{
    struct stat status = {0};
    CHECK("fstat", fstat(fd, &status), 0);
    return status.st_ino;
}

void setup(void)
{
    CHECK("write", write(NEED(open(guest_path("file"), O_RDWR | O_CREAT, 0600)), "text", 4), 4);
    NEED(symlink("file", guest_path("link")));
    NEED(mkdir(guest_path("directory"), 0700));
    file = NEED(open(guest_path("file"), O_PATH | O_CLOEXEC));
    link_itself = NEED(open(guest_path("link"), O_PATH | O_NOFOLLOW));
    directory = NEED(open(guest_path("directory"), O_PATH | O_DIRECTORY));
    inodes[0] = inode(file), inodes[1] = inode(link_itself), inodes[2] = inode(directory);
}

void sabotage(void)
{
    NEED(dup2(file, link_itself));
}

void verify(void)
{
    char target[16] = "", path[64], byte;
    CHECK("inode of the file", inode(file), inodes[0]);
    CHECK("inode of the link", inode(link_itself), inodes[1]);
    CHECK("inode of the directory", inode(directory), inodes[2]);
    CHECK("flags", fcntl(file, F_GETFL), O_PATH);
    CHECK("descriptor flags", fcntl(file, F_GETFD), FD_CLOEXEC);
    CHECK("flags of the link", fcntl(link_itself, F_GETFL), O_PATH | O_NOFOLLOW);
    CHECK("flags of the directory", fcntl(directory, F_GETFL), O_PATH | O_DIRECTORY);
    CHECK_ERRNO("read", read(file, &byte, 1), EBADF);
    CHECK("readlinkat", readlinkat(link_itself, "", target, sizeof target), 4);
    CHECK_STRING("target", target, "file");
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    int reopened = open(path, O_RDONLY);
    CHECK("read after reopening", read(reopened, target, 5), 4);
    close(reopened);
    int inside = openat(directory, "inside", O_WRONLY | O_CREAT, 0600);
    CHECK("create inside the directory", inside >= 0, 1);
    close(inside);
}
