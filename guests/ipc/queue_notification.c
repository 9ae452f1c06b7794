// mq_notify: the next message in a POSIX message queue is told of, by a signal with its value, or by none.
// opt-out: beside: a queue has one who is told
// opt-out: executable: its queues are gone when it has run once
#include "guest.h"
#include <mqueue.h>

static mqd_t by_signal, by_nothing;
static char names[2][32];
static volatile int signals;
static void *volatile value;

static void on_message(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    signals++;
    value = info->si_value.sival_ptr;
}

static mqd_t queue(int which, const struct sigevent *event)
{
    struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 16};
    snprintf(names[which], sizeof names[which], "/reprise-%d-%d", which, getpid());
    mqd_t made = NEED(mq_open(names[which], O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &attributes));
    NEED(mq_notify(made, event));
    return made;
}

void setup(void)
{
    guest_expect_signals();
    struct sigaction action = {.sa_sigaction = on_message, .sa_flags = SA_SIGINFO | SA_RESTART};
    NEED(sigaction(SIGRTMIN + 3, &action, NULL));
    by_signal = queue(0, &(struct sigevent){.sigev_notify = SIGEV_SIGNAL,
                                            .sigev_signo = SIGRTMIN + 3,
                                            .sigev_value.sival_ptr = (void *)0x123456789abcdef});
    by_nothing = queue(1, &(struct sigevent){.sigev_notify = SIGEV_NONE});
}

void sabotage(void)
{
    NEED(mq_notify(by_signal, NULL));
}

void verify(void)
{
    char bytes[16];
    const struct sigevent nothing = {.sigev_notify = SIGEV_NONE};
    CHECK_ERRNO("registered", mq_notify(by_signal, &nothing), EBUSY);
    CHECK_ERRNO("registered", mq_notify(by_nothing, &nothing), EBUSY);
    CHECK("send", mq_send(by_signal, "x", 1, 0), 0);
    for (int i = 0; i < 1000 && signals == 0; i++)
        usleep(1000);
    CHECK("signals", signals, 1);
    CHECK("value", (long)value, 0x123456789abcdef);
    CHECK("used up", mq_notify(by_signal, &nothing), 0);
    CHECK("receive", mq_receive(by_signal, bytes, sizeof bytes, NULL), 1);
    CHECK("send", mq_send(by_nothing, "y", 1, 0), 0);
    CHECK("used up", mq_notify(by_nothing, &nothing), 0);
    CHECK("receive", mq_receive(by_nothing, bytes, sizeof bytes, NULL), 1);
    mq_unlink(names[0]);
    mq_unlink(names[1]);
}
