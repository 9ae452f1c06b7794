// POSIX message queues in an IPC namespace of its own: open ones, ones that nobody has open, and one without its name.
// needs: root
#include "guest.h"
#include <mqueue.h>
#include <sched.h>

static mqd_t opened, writer, nameless;

void setup(void)
{
    struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 60};
    NEED_ZERO(unshare(CLONE_NEWIPC));
    umask(0);
    opened = mq_open("/open", O_RDONLY | O_CREAT | O_EXCL | O_NONBLOCK, 0640, &attributes);
    if (opened == (mqd_t)-1 && errno == ENOSYS)
        guest_skip("no POSIX message queues");
    NEED(opened);
    writer = NEED(mq_open("/open", O_WRONLY));
    mqd_t closed = NEED(mq_open("/closed", O_RDWR | O_CREAT | O_EXCL, 0602, &attributes));
    NEED(fchown(closed, 1001, 1002));
    NEED(mq_close(closed));
    nameless = NEED(mq_open("/nameless", O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &attributes));
    NEED(mq_unlink("/nameless"));
}

void sabotage(void)
{
    NEED(mq_unlink("/closed"));
}

void verify(void)
{
    char text[60];
    struct mq_attr attributes = {0};
    struct stat status = {0};
    CHECK("send", mq_send(writer, "x", 1, 0), 0);
    CHECK("one queue", mq_receive(opened, text, sizeof text, NULL), 1);
    mqd_t again = mq_open("/open", O_RDONLY | O_NONBLOCK);
    CHECK("send", mq_send(writer, "x", 1, 0), 0);
    CHECK("the same by its name", mq_receive(again, text, sizeof text, NULL), 1);
    CHECK("close", mq_close(again), 0);
    mqd_t closed = mq_open("/closed", O_RDWR);
    CHECK("attributes", mq_getattr(closed, &attributes), 0);
    CHECK("messages", attributes.mq_maxmsg, 4);
    CHECK("bytes", attributes.mq_msgsize, 60);
    CHECK("status", fstat(closed, &status), 0);
    CHECK("mode", status.st_mode & 0777, 0602);
    CHECK("user", status.st_uid, 1001);
    CHECK("group", status.st_gid, 1002);
    CHECK("close", mq_close(closed), 0);
    CHECK("send", mq_send(nameless, "xy", 2, 0), 0);
    CHECK("without a name", mq_receive(nameless, text, sizeof text, NULL), 2);
    CHECK_ERRNO("no name", mq_open("/nameless", O_RDONLY), ENOENT);
}
