// Messages with credentials in the queues of sockets with SO_PASSCRED; those of the peer.
#include "guest.h"
#include <sys/socket.h>

static const int TYPES[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
static int ends[3][2];

static void send_as(int fd, const char *text, uid_t uid)
{
    union {
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
        struct cmsghdr align;
    } control = {0};
    struct iovec data = {(void *)text, strlen(text)};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct ucred who = {getpid(), uid, 7};
    control.align = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof who), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_CREDENTIALS};
    memcpy(CMSG_DATA(&control.align), &who, sizeof who);
    NEED(sendmsg(fd, &message, 0));
}

void setup(void)
{
    if (geteuid() != 0)
        guest_skip("needs root");
    int one = 1;
    for (int i = 0; i < 3; i++) {
        NEED(socketpair(AF_UNIX, TYPES[i], 0, ends[i]));
        NEED(setsockopt(ends[i][1], SOL_SOCKET, SO_PASSCRED, &one, sizeof one));
        send_as(ends[i][0], "mine", 0);
        send_as(ends[i][0], "other's", 4711);
    }
}

static void check(int fd, const char *text, uid_t uid)
{
    union {
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
        struct cmsghdr align;
    } control = {0};
    char bytes[32] = "";
    struct iovec data = {bytes, sizeof bytes - 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct ucred who = {0};
    CHECK(text, recvmsg(fd, &message, MSG_DONTWAIT), strlen(text));
    CHECK_STRING("text", bytes, text);
    CHECK("credentials", control.align.cmsg_type, SCM_CREDENTIALS);
    memcpy(&who, CMSG_DATA(&control.align), sizeof who);
    CHECK("pid", who.pid, getpid());
    CHECK("uid", who.uid, uid);
    CHECK("gid", who.gid, 7);
}

void sabotage(void)
{
    int zero = 0;
    NEED(setsockopt(ends[1][1], SOL_SOCKET, SO_PASSCRED, &zero, sizeof zero));
}

void verify(void)
{
    for (int i = 0; i < 3; i++) {
        check(ends[i][1], "mine", 0);
        check(ends[i][1], "other's", 4711);
        struct ucred peer = {0};
        socklen_t length = sizeof peer;
        CHECK("SO_PEERCRED", getsockopt(ends[i][0], SOL_SOCKET, SO_PEERCRED, &peer, &length), 0);
        CHECK("pid of the peer", peer.pid, getpid());
    }
}
