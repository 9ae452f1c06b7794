// UNIX sockets that are bound but not listening, and ones that are not even bound, of each type.
#include "guest.h"
#include <sys/socket.h>
#include <sys/un.h>

static int stream, seqpacket, datagram, bound_datagram, bound_stream;
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static struct sockaddr_un stream_address = {.sun_family = AF_UNIX};

static socklen_t name_length(int fd)
{
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    CHECK("getsockname", getsockname(fd, (struct sockaddr *)&name, &length), 0);
    return length;
}

static int type_of(int fd)
{
    int type = -1;
    socklen_t length = sizeof type;
    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length);
    return type;
}

void setup(void)
{
    stream = NEED(socket(AF_UNIX, SOCK_STREAM, 0));
    seqpacket = NEED(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    datagram = NEED(socket(AF_UNIX, SOCK_DGRAM, 0));
    bound_datagram = NEED(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    bound_stream = NEED(socket(AF_UNIX, SOCK_STREAM, 0));
    snprintf(address.sun_path, sizeof address.sun_path, "%.90s", guest_path("datagrams"));
    snprintf(stream_address.sun_path, sizeof address.sun_path, "%.90s", guest_path("stream"));
    NEED(bind(bound_datagram, (struct sockaddr *)&address, sizeof address));
    NEED(bind(bound_stream, (struct sockaddr *)&stream_address, sizeof address));
    int size = 30000;
    NEED(setsockopt(datagram, SOL_SOCKET, SO_SNDBUF, &size, sizeof size));
}

void sabotage(void)
{
    NEED(dup2(seqpacket, stream));
}

void verify(void)
{
    char bytes[16] = "";
    int size = 0;
    socklen_t length = sizeof size;
    CHECK("type", type_of(stream), SOCK_STREAM);
    CHECK("type", type_of(seqpacket), SOCK_SEQPACKET);
    CHECK("type", type_of(datagram), SOCK_DGRAM);
    CHECK("close-on-exec", fcntl(seqpacket, F_GETFD), FD_CLOEXEC);
    CHECK("unbound", name_length(stream), sizeof(sa_family_t));
    CHECK("unbound", name_length(datagram), sizeof(sa_family_t));
    CHECK("bound", name_length(bound_datagram) > sizeof(sa_family_t), 1);
    CHECK("getsockopt", getsockopt(datagram, SOL_SOCKET, SO_SNDBUF, &size, &length), 0);
    CHECK("SO_SNDBUF", size, 60000);
    CHECK_ERRNO("not connected", send(stream, "x", 1, MSG_NOSIGNAL), ENOTCONN);
    CHECK_ERRNO("empty", recv(bound_datagram, bytes, 16, 0), EAGAIN);
    CHECK("send", sendto(datagram, "by name", 7, 0, (struct sockaddr *)&address, sizeof address), 7);
    CHECK("receive", recv(bound_datagram, bytes, 16, 0), 7);
    CHECK_STRING("bytes", bytes, "by name");
    CHECK("listen", listen(bound_stream, 3), 0);
    CHECK("connect", connect(stream, (struct sockaddr *)&stream_address, sizeof address), 0);
}
