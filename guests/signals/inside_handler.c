// A guest that is inside a signal handler, on its alternate stack or the normal one: when the handler
// returns, the interrupted code goes on with its registers and its mask.
// guest: stack
// guest: altstack
// build: static
#include "guest.h"

static char alternate[1 << 16];
static volatile bool inside, on_alternate;

static void on_signal(int signal, siginfo_t *info, void *context)
{
    stack_t stack = {0};
    sigset_t mask;
    (void)info, (void)context;
    inside = true;
    guest_ready();
    guest_wait_for_go();
    sigaltstack(NULL, &stack);
    CHECK("on the alternate stack", (stack.ss_flags & SS_ONSTACK) != 0, on_alternate);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    CHECK("own signal blocked inside", sigismember(&mask, signal), 1);
    CHECK("mask of the action", sigismember(&mask, SIGUSR2), 1);
    if (access(guest_path("sabotage"), F_OK) == 0)
        ((ucontext_t *)context)->uc_mcontext.gregs[REG_R12] ^= 1;
    inside = false;
}

void setup(void)
{
    on_alternate = strcmp(guest_arg(0, "stack"), "altstack") == 0;
    struct sigaction action = {.sa_sigaction = on_signal,
                               .sa_flags = SA_SIGINFO | (on_alternate ? SA_ONSTACK : 0)};
    stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
    sigset_t mask;
    NEED(sigaltstack(&stack, NULL));
    sigaddset(&action.sa_mask, SIGUSR2);
    NEED(sigaction(SIGUSR1, &action, NULL));
    // The signal comes in the middle of this, from the tgkill itself.
    register uint64_t r12 asm("r12") = 0x1122334455667788, r13 asm("r13") = 0x99aabbccddeeff00;
    uint64_t result = SYS_tgkill, vector[2] = {111, 222}, after[2];
    asm volatile("movups %[in], %%xmm9\n syscall\n movups %%xmm9, %[out]"
                 : "+a"(result), "+r"(r12), "+r"(r13), [out] "=m"(after)
                 : "D"((long)getpid()), "S"((long)gettid()), "d"((long)SIGUSR1), [in] "m"(vector)
                 : "rcx", "r11", "xmm9", "memory");
    CHECK("result of tgkill", result, 0);
    CHECK("r12", r12, 0x1122334455667788);
    CHECK("r13", r13, 0x99aabbccddeeff00);
    CHECK("vector register", after[0] * 1000 + after[1], 111222);
    CHECK("handler returned", inside, 0);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    CHECK("mask after", sigismember(&mask, SIGUSR1) + sigismember(&mask, SIGUSR2), 0);
    sigaltstack(NULL, &stack);
    CHECK("alternate stack after", stack.ss_sp == alternate && stack.ss_flags == 0, 1);
}

void sabotage(void)
{
}

void verify(void)
{
    CHECK("still outside", inside, 0);
}
