// A System V message queue keeps id, key, limit and its messages, their order and types.
// opt-out: beside: one system has one queue of an id
// opt-out: executable: its queue has the key of the old process id
#include "guest.h"
#include <sys/ipc.h>
#include <sys/msg.h>

struct message {
    long type;
    char text[8000];
};

static int queue;
static struct message message;

static void send(long type, const char *text, size_t length)
{
    message.type = type;
    memcpy(message.text, text, length);
    NEED(msgsnd(queue, &message, length, IPC_NOWAIT));
}

void setup(void)
{
    static char large[8000];
    struct msqid_ds status;
    queue = NEED(msgget(getpid() | 0x7000000, IPC_CREAT | IPC_EXCL | 0640));
    NEED(msgctl(queue, IPC_STAT, &status));
    status.msg_qbytes = 12000;
    NEED(msgctl(queue, IPC_SET, &status));
    guest_fill(large, sizeof large, 9);
    send(3, "third", 5);
    send(1, "", 0);
    send(2, large, sizeof large);
}

void sabotage(void)
{
    NEED(msgrcv(queue, &message, sizeof message.text, 1, IPC_NOWAIT));
    send(1, "x", 1);
}

void verify(void)
{
    struct msqid_ds status = {0};
    CHECK("status", msgctl(queue, IPC_STAT, &status), 0);
    CHECK("key", status.msg_perm.__key, getpid() | 0x7000000);
    CHECK("mode", status.msg_perm.mode & 0777, 0640);
    CHECK("limit", status.msg_qbytes, 12000);
    CHECK("messages", status.msg_qnum, 3);
    CHECK("first", msgrcv(queue, &message, sizeof message.text, 0, IPC_NOWAIT), 5);
    CHECK("type", message.type, 3);
    CHECK("text", memcmp(message.text, "third", 5), 0);
    CHECK("by type", msgrcv(queue, &message, sizeof message.text, 2, IPC_NOWAIT), 8000);
    guest_check_fill("large", message.text, 8000, 9);
    CHECK("empty", msgrcv(queue, &message, sizeof message.text, 0, IPC_NOWAIT), 0);
    CHECK("type", message.type, 1);
    CHECK_ERRNO("no more", msgrcv(queue, &message, sizeof message.text, 0, IPC_NOWAIT), ENOMSG);
    CHECK("remove", msgctl(queue, IPC_RMID, NULL), 0);
}
