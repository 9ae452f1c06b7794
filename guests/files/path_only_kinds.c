// O_PATH descriptors of a symbolic link, a socket, a FIFO, a device, and of a file and a directory that are gone.
#include "guest.h"
#include <sys/socket.h>
#include <sys/un.h>

static int link_fd, socket_fd, fifo, device, gone, gone_directory;

static mode_t type_of(int fd)
{
    struct stat status = {0};
    CHECK("fstat", fstat(fd, &status), 0);
    return status.st_mode & S_IFMT;
}

void setup(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    guest_enter_dir();
    NEED(symlink("nowhere", "link"));
    link_fd = NEED(open("link", O_PATH | O_NOFOLLOW));
    int bound = NEED(socket(AF_UNIX, SOCK_STREAM, 0));
    strcpy(name.sun_path, "socket");
    NEED(bind(bound, (struct sockaddr *)&name, sizeof name));
    NEED(close(bound));
    socket_fd = NEED(open("socket", O_PATH));
    NEED(mkfifo("fifo", 0600));
    fifo = NEED(open("fifo", O_PATH | O_CLOEXEC));
    device = NEED(open("/dev/null", O_PATH));
    int made = NEED(open("gone", O_RDWR | O_CREAT | O_EXCL, 0600));
    CHECK("write", write(made, "still there", 11), 11);
    gone = NEED(open("gone", O_PATH));
    NEED(close(made));
    NEED(unlink("gone"));
    NEED(mkdir("directory", 0700));
    gone_directory = NEED(open("directory", O_PATH | O_DIRECTORY));
    NEED(rmdir("directory"));
}

void sabotage(void)
{
    NEED(dup2(fifo, socket_fd));
}

void verify(void)
{
    char text[32] = "", path[64];
    CHECK("link", type_of(link_fd), S_IFLNK);
    CHECK("readlink", readlinkat(link_fd, "", text, sizeof text - 1), 7);
    CHECK_STRING("readlink", text, "nowhere");
    CHECK("socket", type_of(socket_fd), S_IFSOCK);
    CHECK("fifo", type_of(fifo), S_IFIFO);
    CHECK("close-on-exec", fcntl(fifo, F_GETFD), FD_CLOEXEC);
    CHECK("device", type_of(device), S_IFCHR);
    CHECK("directory", type_of(gone_directory), S_IFDIR);
    CHECK("file", type_of(gone), S_IFREG);
    CHECK_ERRNO("no reading", read(gone, text, 1), EBADF);
    snprintf(path, sizeof path, "/proc/self/fd/%d", gone);
    int opened = open(path, O_RDONLY);
    memset(text, 0, sizeof text);
    CHECK("read", read(opened, text, sizeof text - 1), 11);
    CHECK_STRING("contents", text, "still there");
    close(opened);
    CHECK("flags", fcntl(gone, F_GETFL) & O_PATH, O_PATH);
}
