// What has been sent on connections that nobody has accepted: UNIX streams and packets, TCP of both families, with ends of what is sent.
// opt-out: beside: two cannot be bound to one port of one network namespace
#include "guest.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { LARGE = 50000 };

static int streams, packets, tcp4, tcp6, clients[6];
static char large[LARGE], bytes[LARGE + 1];

static int listening(int family, int type, void *address, socklen_t *length)
{
    int made = NEED(socket(family, type, 0));
    NEED(bind(made, address, *length));
    NEED(listen(made, 4));
    *length = sizeof(struct sockaddr_storage);
    NEED(getsockname(made, address, length));
    return made;
}

static int client(int family, int type, void *address, socklen_t length)
{
    int made = NEED(socket(family, type, 0));
    NEED(connect(made, address, length));
    return made;
}

void setup(void)
{
    struct sockaddr_storage address;
    memset(large, 'l', LARGE);
    *(struct sockaddr_un *)&address = (struct sockaddr_un){.sun_family = AF_UNIX};
    socklen_t length = sizeof(sa_family_t);
    streams = listening(AF_UNIX, SOCK_STREAM, &address, &length);
    clients[0] = client(AF_UNIX, SOCK_STREAM, &address, length);
    clients[1] = client(AF_UNIX, SOCK_STREAM, &address, length);
    NEED(write(clients[0], "early", 5));
    NEED(write(clients[0], "bird", 4));
    NEED(write(clients[1], "ended", 5));
    NEED(shutdown(clients[1], SHUT_WR));

    *(struct sockaddr_un *)&address = (struct sockaddr_un){.sun_family = AF_UNIX};
    length = sizeof(sa_family_t);
    packets = listening(AF_UNIX, SOCK_SEQPACKET, &address, &length);
    clients[2] = client(AF_UNIX, SOCK_SEQPACKET, &address, length);
    NEED(write(clients[2], "one", 3));
    NEED(write(clients[2], "second", 6));

    *(struct sockaddr_in *)&address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    length = sizeof(struct sockaddr_in);
    tcp4 = listening(AF_INET, SOCK_STREAM, &address, &length);
    clients[3] = client(AF_INET, SOCK_STREAM, &address, length);
    clients[4] = client(AF_INET, SOCK_STREAM, &address, length);
    NEED(write(clients[3], large, LARGE));
    NEED(write(clients[4], "ended", 5));
    NEED(shutdown(clients[4], SHUT_WR));

    *(struct sockaddr_in6 *)&address =
        (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    length = sizeof(struct sockaddr_in6);
    tcp6 = listening(AF_INET6, SOCK_STREAM, &address, &length);
    clients[5] = client(AF_INET6, SOCK_STREAM, &address, length);
    NEED(write(clients[5], "six", 3));
    usleep(50000);
}

void sabotage(void)
{
    close(NEED(accept(streams, NULL, NULL)));
}

static void expect(const char *what, int from, const char *want)
{
    memset(bytes, 0, 16);
    CHECK(what, recv(from, bytes, 15, 0), strlen(want));
    CHECK_STRING(what, bytes, want);
}

void verify(void)
{
    int accepted = accept(streams, NULL, NULL);
    expect("stream", accepted, "earlybird");
    CHECK("back", write(accepted, "worm", 4), 4);
    expect("back", clients[0], "worm");
    accepted = accept(streams, NULL, NULL);
    expect("ended stream", accepted, "ended");
    CHECK("its end", recv(accepted, bytes, 1, 0), 0);

    accepted = accept(packets, NULL, NULL);
    expect("packet", accepted, "one");
    expect("packet", accepted, "second");

    accepted = accept(tcp4, NULL, NULL);
    CHECK("much", recv(accepted, bytes, LARGE, MSG_WAITALL), LARGE);
    CHECK("much", memcmp(bytes, large, LARGE), 0);
    CHECK("back", write(accepted, "worm", 4), 4);
    expect("back", clients[3], "worm");
    accepted = accept(tcp4, NULL, NULL);
    expect("ended connection", accepted, "ended");
    CHECK("its end", recv(accepted, bytes, 1, 0), 0);
    expect("six", accept(tcp6, NULL, NULL), "six");
}
