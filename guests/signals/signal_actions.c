// The action of every signal: handler, flags, mask and restorer; default and ignored ones too, above
// all an ignored SIGTRAP, which a careless tracer resets.
// build: static
#include "guest.h"

// As the kernel has it: glibc's sigaction hides SA_RESTORER.
struct kernel_action {
    uintptr_t handler;
    unsigned long flags;
    uintptr_t restorer;
    uint64_t mask;
};
static struct kernel_action before[65];

static void handler(int signal)
{
    (void)signal;
}

static void other_handler(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info, (void)context;
}

static int read_action(int signal, struct kernel_action *action)
{
    return (int)syscall(SYS_rt_sigaction, signal, NULL, action, 8);
}

void setup(void)
{
    static const int FLAGS[] = {0, SA_RESTART, SA_NODEFER, SA_RESETHAND, SA_ONSTACK,
                                SA_NOCLDSTOP, SA_NOCLDWAIT, SA_RESTART | SA_ONSTACK | SA_NODEFER};
    for (int signal = 1; signal <= SIGRTMAX; signal++) {
        if (signal == SIGKILL || signal == SIGSTOP || signal == 32 || signal == 33)
            continue; // 32 and 33 belong to glibc
        struct sigaction action = {.sa_flags = FLAGS[signal % 8]};
        sigemptyset(&action.sa_mask);
        sigaddset(&action.sa_mask, 1 + signal * 5 % 31);
        sigaddset(&action.sa_mask, SIGRTMAX - signal % 20);
        switch (signal % 4) {
        case 0: action.sa_handler = SIG_DFL; break;
        case 1: action.sa_handler = SIG_IGN; break;
        case 2: action.sa_handler = handler; break;
        case 3: action.sa_sigaction = other_handler, action.sa_flags |= SA_SIGINFO; break;
        }
        NEED(sigaction(signal, &action, NULL));
    }
    signal(SIGTRAP, SIG_IGN);
    for (int signal = 1; signal <= SIGRTMAX; signal++)
        NEED(read_action(signal, &before[signal]));
}

void sabotage(void)
{
    signal(SIGTRAP, SIG_DFL);
}

void verify(void)
{
    for (int signal = 1; signal <= SIGRTMAX; signal++) {
        struct kernel_action now = {0};
        char what[32];
        snprintf(what, sizeof what, "signal %d", signal);
        CHECK(what, read_action(signal, &now), 0);
        CHECK(what, now.handler, before[signal].handler);
        CHECK(what, now.flags, before[signal].flags);
        CHECK(what, now.restorer, before[signal].restorer);
        CHECK(what, now.mask, before[signal].mask);
    }
    if (signal(SIGTRAP, SIG_IGN) == SIG_IGN)
        CHECK("SIGTRAP is ignored", raise(SIGTRAP), 0);
    else
        guest_fail("SIGTRAP: expected ignored");
}
