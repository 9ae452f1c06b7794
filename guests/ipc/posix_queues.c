// POSIX message queues stay open, with their messages; an unlinked empty one is made again.
// opt-out: beside: one system has one queue of a name
// opt-out: executable: its queue is gone when it has run once
#include "guest.h"
#include <mqueue.h>

static char name[64], gone_name[64];
static mqd_t queue, writer, gone, gone_too;

void setup(void)
{
    struct mq_attr attributes = {.mq_maxmsg = 5, .mq_msgsize = 100};
    snprintf(name, sizeof name, "/reprise-%d", getpid());
    snprintf(gone_name, sizeof gone_name, "/reprise-gone-%d", getpid());
    queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0640, &attributes);
    if (queue == (mqd_t)-1 && errno == ENOSYS)
        guest_skip("no POSIX message queues");
    NEED(queue);
    writer = NEED(mq_open(name, O_WRONLY));
    NEED(mq_send(queue, "low", 3, 1));
    NEED(mq_send(queue, "high", 4, 9));
    gone = NEED(mq_open(gone_name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0604, &attributes));
    gone_too = NEED(mq_open(gone_name, O_WRONLY | O_NONBLOCK));
    NEED(mq_unlink(gone_name));
}

void sabotage(void)
{
    char text[100];
    NEED(mq_receive(queue, text, sizeof text, NULL));
}

void verify(void)
{
    struct mq_attr attributes = {0};
    struct stat status = {0};
    char text[100];
    unsigned priority = 0;
    CHECK("attributes", mq_getattr(queue, &attributes), 0);
    CHECK("limit", attributes.mq_maxmsg, 5);
    CHECK("size", attributes.mq_msgsize, 100);
    CHECK("flags", attributes.mq_flags, O_NONBLOCK);
    CHECK("messages", attributes.mq_curmsgs, 2);
    CHECK("attributes", mq_getattr(writer, &attributes), 0);
    CHECK("flags", attributes.mq_flags, 0);
    CHECK("receive", mq_receive(queue, text, sizeof text, &priority), 4);
    CHECK("priority", priority, 9);
    CHECK("receive", mq_receive(queue, text, sizeof text, &priority), 3);
    CHECK("priority", priority, 1);
    CHECK("write", mq_send(writer, "x", 1, 0), 0);
    CHECK("one queue", mq_receive(queue, text, sizeof text, NULL), 1);
    CHECK_ERRNO("a writer", mq_receive(writer, text, sizeof text, NULL), EBADF);
    CHECK("attributes", mq_getattr(gone, &attributes), 0);
    CHECK("size", attributes.mq_msgsize, 100);
    CHECK("mode", fstat(gone, &status), 0);
    CHECK("mode", status.st_mode, S_IFREG | 0604);
    CHECK("links", status.st_nlink, 0);
    CHECK("send", mq_send(gone_too, "y", 1, 3), 0);
    CHECK("one queue", mq_receive(gone, text, sizeof text, NULL), 1);
    CHECK_ERRNO("no name", mq_open(gone_name, O_RDONLY), ENOENT);
    CHECK("unlink", mq_unlink(name), 0);
}
