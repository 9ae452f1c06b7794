// Open files on their way in messages: those that nobody else has, those shared with a descriptor, a socket that holds one itself.
#include "guest.h"
#include <sys/eventfd.h>
#include <sys/socket.h>

static int ends[2], datagrams[2], kept;

static void give(int fd, const char *text, int count, const int *files)
{
    union {
        char bytes[CMSG_SPACE(4 * sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct iovec data = {(void *)text, strlen(text)};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE((size_t)count * sizeof(int))};
    control.align = (struct cmsghdr){.cmsg_len = CMSG_LEN((size_t)count * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.align), files, (size_t)count * sizeof(int));
    NEED(sendmsg(fd, &message, 0));
}

static int take(int fd, const char *text, int count, int *files)
{
    union {
        char bytes[CMSG_SPACE(4 * sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    char bytes[32] = "";
    struct iovec data = {bytes, sizeof bytes - 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    CHECK(text, recvmsg(fd, &message, MSG_DONTWAIT), strlen(text));
    CHECK_STRING("text", bytes, text);
    CHECK("files", control.align.cmsg_len, CMSG_LEN((size_t)count * sizeof(int)));
    memcpy(files, CMSG_DATA(&control.align), (size_t)count * sizeof(int));
    return files[0];
}

void setup(void)
{
    int pipes[2], inner[2], event, files[4];
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    NEED(socketpair(AF_UNIX, SOCK_DGRAM, 0, datagrams));
    NEED(pipe(pipes));
    NEED(write(pipes[1], "in the pipe", 11));
    give(ends[0], "a pipe", 2, pipes);
    NEED(close(pipes[0]) | close(pipes[1]));
    kept = NEED(open(guest_path("file"), O_RDWR | O_CREAT | O_TRUNC, 0600));
    NEED(write(kept, "0123456789", 10));
    give(ends[0], "a file", 1, &kept);
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, inner));
    event = NEED(eventfd(42, EFD_NONBLOCK));
    give(inner[0], "counter", 1, &event);
    files[0] = inner[1], files[1] = event;
    give(datagrams[0], "a socket", 2, files);
    give(datagrams[0], "its other end", 1, inner);
    NEED(close(inner[0]) | close(inner[1]) | close(event));
}

void sabotage(void)
{
    NEED(lseek(kept, 3, SEEK_SET));
}

void verify(void)
{
    int files[4];
    char bytes[16] = "";
    uint64_t count = 0;
    take(ends[1], "a pipe", 2, files);
    CHECK("pipe", read(files[0], bytes, sizeof bytes - 1), 11);
    CHECK_STRING("pipe", bytes, "in the pipe");
    CHECK("pipe", write(files[1], "x", 1), 1);
    CHECK("pipe", read(files[0], bytes, 1), 1);
    int file = take(ends[1], "a file", 1, files);
    CHECK("offset", lseek(kept, 0, SEEK_CUR), 10);
    CHECK("shared offset", lseek(file, 5, SEEK_SET), 5);
    CHECK("shared offset", lseek(kept, 0, SEEK_CUR), 5);
    NEED(lseek(kept, 10, SEEK_SET)); // for another verification
    take(datagrams[1], "a socket", 2, files);
    int inner = files[0], event = files[1];
    int other = take(datagrams[1], "its other end", 1, files);
    int again = take(inner, "counter", 1, files);
    CHECK("counter", read(again, &count, sizeof count), sizeof count);
    CHECK("counter", count, 42);
    CHECK_ERRNO("the same", read(event, &count, sizeof count), EAGAIN);
    CHECK("send", send(other, "hello", 5, 0), 5);
    CHECK("receive", recv(inner, bytes, 5, MSG_DONTWAIT), 5);
}
