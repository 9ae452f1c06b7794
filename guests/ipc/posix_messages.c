// Messages in POSIX queues: their order and priorities, empty ones, full queues, without a name, readers and writers alone, threads that wait.
// guest: named
// guest: unlinked
// guest: full
// guest: namespace
// guest: shared
// guest: waiting
// opt-out: beside: one system has one queue of a name
// opt-out: executable: its queue is gone when it has run once
// needs: root
#include "guest.h"
#include <mqueue.h>
#include <poll.h>
#include <sched.h>

enum { MOST = 10, SIZE = 8192 };
static char name[64], large[SIZE];
static mqd_t reader, writer;
static const char *kind;
static pthread_t sender, receiver;
static mqd_t empty_queue;
static _Atomic int sent = 1, received = 1, started;
static struct guest_child child;

static bool is(const char *wanted)
{
    return strcmp(kind, wanted) == 0;
}

static void *send_one(void *nothing)
{
    started++;
    sent = mq_send(writer, "late", 4, 5);
    return nothing;
}

static void *receive_one(void *nothing)
{
    static char text[SIZE];
    started++;
    received = (int)mq_receive(empty_queue, text, sizeof text, NULL);
    return nothing;
}

static long receive_in_child(int question)
{
    static char text[SIZE];
    unsigned priority = 0;
    (void)question;
    return mq_receive(reader, text, sizeof text, &priority) * 100 + priority;
}

void setup(void)
{
    kind = guest_arg(0, "named");
    struct mq_attr attributes = {.mq_maxmsg = MOST, .mq_msgsize = SIZE};
    if (is("namespace"))
        NEED_ZERO(unshare(CLONE_NEWIPC));
    snprintf(name, sizeof name, "/reprise-messages-%d", getpid());
    reader = mq_open(name, O_RDONLY | O_CREAT | O_EXCL | (is("waiting") ? 0 : O_NONBLOCK), 0600, &attributes);
    if (reader == (mqd_t)-1 && errno == ENOSYS)
        guest_skip("no POSIX message queues");
    NEED(reader);
    writer = NEED(mq_open(name, O_WRONLY | (is("waiting") ? 0 : O_NONBLOCK)));
    if (!is("named") && !is("namespace"))
        NEED(mq_unlink(name));
    guest_fill(large, SIZE, 3);
    NEED(mq_send(writer, "b", 1, 1));
    NEED(mq_send(writer, "first", 5, 32767));
    NEED(mq_send(writer, "c", 1, 1));
    NEED(mq_send(writer, "", 0, 7));
    NEED(mq_send(writer, large, SIZE, 0));
    NEED(mq_send(writer, "a", 1, 7));
    if (is("full") || is("waiting"))
        for (int i = 6; i < MOST; i++)
            NEED(mq_send(writer, large, SIZE, 0));
    if (is("shared"))
        guest_start_child(&child, NULL, receive_in_child);
    if (is("waiting")) {
        char other[80];
        snprintf(other, sizeof other, "%s-empty", name);
        empty_queue = NEED(mq_open(other, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes));
        NEED(mq_unlink(other));
        NEED_ZERO(pthread_create(&sender, NULL, send_one, NULL));
        NEED_ZERO(pthread_create(&receiver, NULL, receive_one, NULL));
        while (started < 2)
            usleep(1000);
        usleep(30000);
    }
}

void sabotage(void)
{
    static char text[SIZE];
    NEED(mq_receive(reader, text, sizeof text, NULL));
}

static void expect(const char *what, const char *wanted, long length, unsigned its)
{
    static char text[SIZE];
    unsigned priority = 0;
    if (is("shared") && length == 5) {
        CHECK("in the child", guest_ask(&child, 1), length * 100 + (long)its);
        return;
    }
    CHECK(what, poll(&(struct pollfd){.fd = reader, .events = POLLIN}, 1, 0), 1);
    if (is("waiting") && poll(&(struct pollfd){.fd = reader, .events = POLLIN}, 1, 0) != 1)
        return;
    long got = mq_receive(reader, text, sizeof text, &priority);
    CHECK(what, got, length);
    CHECK(what, priority, its);
    CHECK(what, got > 0 ? memcmp(text, wanted, (size_t)got) : 0, 0);
}

void verify(void)
{
    struct mq_attr attributes = {0};
    bool isFull = is("full") || is("waiting");
    CHECK("attributes", mq_getattr(reader, &attributes), 0);
    CHECK("messages", attributes.mq_curmsgs, isFull ? MOST : 6);
    CHECK("still waits", sent, 1);
    CHECK("still waits, too", received, 1);
    if (is("full"))
        CHECK_ERRNO("there is no room", mq_send(writer, "x", 1, 0), EAGAIN);
    expect("the highest", "first", 5, 32767);
    expect("an empty one", "", 0, 7);
    expect("of one priority", "a", 1, 7);
    if (is("waiting")) {
        CHECK("joined", pthread_join(sender, NULL), 0);
        CHECK("sent", sent, 0);
        expect("the one that waited", "late", 4, 5);
        CHECK("send", mq_send(empty_queue, "xyz", 3, 0), 0);
        CHECK("joined", pthread_join(receiver, NULL), 0);
        CHECK("received", received, 3);
    }
    expect("in their order", "b", 1, 1);
    expect("in their order", "c", 1, 1);
    for (int i = 5; i < (isFull ? MOST : 6); i++)
        expect("a large one", large, SIZE, 0);
    CHECK("nothing more", poll(&(struct pollfd){.fd = reader, .events = POLLIN}, 1, 0), 0);
    if (is("named") || is("namespace"))
        CHECK("unlink", mq_unlink(name), 0);
    if (is("shared"))
        CHECK("child", guest_end_child(&child, 0), 0);
}
