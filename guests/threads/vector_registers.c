// Threads spinning in user code with every register live: general, flags, x87 with its control word,
// SSE with MXCSR, AVX, AVX-512 with its masks, and the red zone below the stack pointer.
//
// The loop is `pause; jmp *next(%rdi)`: it touches no register and no flag, and it ends when the main
// thread changes the target.
// guest: x87
// guest: avx
// guest: avx512
#include "guest.h"

struct state {
    uint64_t gpr[16]; // rax rbx rcx rdx rsi rbp r8..r15; rdi is the address of this
    uint64_t flags;
    uint32_t mxcsr;
    uint16_t control_word, unused;
    uint8_t x87[8][16];
    _Alignas(64) uint8_t vector[32][64];
    uint64_t mask[8];
    uint64_t red_zone[16];
};

struct spin {
    _Alignas(64) struct state in;
    _Alignas(64) struct state out;
    void *volatile next;
    volatile int spinning;
};

_Static_assert(offsetof(struct state, flags) == 128, "");
_Static_assert(offsetof(struct state, mxcsr) == 136, "");
_Static_assert(offsetof(struct state, control_word) == 140, "");
_Static_assert(offsetof(struct state, x87) == 144, "");
_Static_assert(offsetof(struct state, vector) == 320, "");
_Static_assert(offsetof(struct state, mask) == 2368, "");
_Static_assert(offsetof(struct state, red_zone) == 2432, "");
_Static_assert(offsetof(struct spin, out) == 2560, "");
_Static_assert(offsetof(struct spin, next) == 5120, "");
_Static_assert(offsetof(struct spin, spinning) == 5128, "");

// spin_LEVEL(struct spin *): load `in`, spin, store `out`. LEVEL is x87 (with SSE), avx or avx512.
// Flags are loaded last and stored first; pushf would write into the red zone, so rsp is moved. (The
// first word of the red zone is not compared: clearing the flags overwrites it.)
asm(R"(
    .macro general op
    .irp r, rax rbx rcx rdx rsi rbp r8 r9 r10 r11 r12 r13 r14 r15
    .if \op
        mov .Lslot_\r(%rdi), %\r
    .else
        mov %\r, 2560+.Lslot_\r(%rdi)
    .endif
    .endr
    .endm
    .set .Lslot_rax, 0; .set .Lslot_rbx, 8; .set .Lslot_rcx, 16; .set .Lslot_rdx, 24
    .set .Lslot_rsi, 32; .set .Lslot_rbp, 40; .set .Lslot_r8, 48; .set .Lslot_r9, 56
    .set .Lslot_r10, 64; .set .Lslot_r11, 72; .set .Lslot_r12, 80; .set .Lslot_r13, 88
    .set .Lslot_r14, 96; .set .Lslot_r15, 104

    .macro spin level
    .text
    .globl spin_\level
    .type spin_\level, @function
spin_\level:
    push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15
    fninit
    fldcw 140(%rdi)
    .irp n, 7,6,5,4,3,2,1,0
    fldt 144+16*\n(%rdi)
    .endr
    ldmxcsr 136(%rdi)
    vectors_\level load, 0
    .set .Lword, 0
    .rept 16
    mov 2432+8*.Lword(%rdi), %rax
    mov %rax, -8-8*.Lword(%rsp)
    .set .Lword, .Lword+1
    .endr
    movl $1, 5128(%rdi)
    lea -128(%rsp), %rsp
    push 128(%rdi)
    popf
    lea 128(%rsp), %rsp
    general 1
loop_\level:
    pause
    jmp *5120(%rdi)
    .globl loop_\level, done_\level
done_\level:
    general 0
    lea -128(%rsp), %rsp
    pushf
    pop 2688(%rdi)
    lea 128(%rsp), %rsp
    push $0x202
    popf
    .set .Lword, 1
    .rept 15
    mov -8-8*.Lword(%rsp), %rax
    mov %rax, 2560+2432+8*.Lword(%rdi)
    .set .Lword, .Lword+1
    .endr
    fnstcw 2560+140(%rdi)
    .irp n, 0,1,2,3,4,5,6,7
    fstpt 2560+144+16*\n(%rdi)
    .endr
    fninit
    stmxcsr 2560+136(%rdi)
    vectors_\level store, 2560
    push $0x1f80
    ldmxcsr (%rsp)
    pop %rax
    pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx
    ret
    .endm

    .macro vectors_x87 what, base
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    .ifc \what, load
    movups \base+320+64*\n(%rdi), %xmm\n
    .else
    movups %xmm\n, \base+320+64*\n(%rdi)
    .endif
    .endr
    .endm

    .macro vectors_avx what, base
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    .ifc \what, load
    vmovups \base+320+64*\n(%rdi), %ymm\n
    .else
    vmovups %ymm\n, \base+320+64*\n(%rdi)
    .endif
    .endr
    .ifc \what, store
    vzeroupper
    .endif
    .endm

    .macro vectors_avx512 what, base
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    .ifc \what, load
    vmovups \base+320+64*\n(%rdi), %zmm\n
    .else
    vmovups %zmm\n, \base+320+64*\n(%rdi)
    .endif
    .endr
    .irp n, 0,1,2,3,4,5,6,7
    .ifc \what, load
    kmovq \base+2368+8*\n(%rdi), %k\n
    .else
    kmovq %k\n, \base+2368+8*\n(%rdi)
    .endif
    .endr
    .ifc \what, store
    vzeroupper
    .endif
    .endm

    spin x87
    spin avx
    spin avx512
)");

extern void spin_x87(struct spin *), spin_avx(struct spin *), spin_avx512(struct spin *);
extern char loop_x87[], loop_avx[], loop_avx512[], done_x87[], done_avx[], done_avx512[];

enum { THREADS = 2 };

static const struct level {
    const char *name;
    void (*spin)(struct spin *);
    char *loop, *done;
    int vectors, width, masks;
} LEVELS[] = {
    {"x87", spin_x87, loop_x87, done_x87, 16, 16, 0},
    {"avx", spin_avx, loop_avx, done_avx, 16, 32, 0},
    {"avx512", spin_avx512, loop_avx512, done_avx512, 32, 64, 8},
};
static const struct level *level;
static struct spin spins[THREADS];
static pthread_t threads[THREADS];

static void *run(void *spin)
{
    level->spin(spin);
    return NULL;
}

static void invent(struct state *state, int thread)
{
    guest_fill(state, sizeof *state, (uint64_t)thread + 1);
    // Alignment check, overflow, direction, sign, zero, auxiliary, parity and carry. (Not ID: neither
    // ptrace nor rt_sigreturn can set it, and it only tells that there is a CPUID instruction.)
    state->flags = thread == 0 ? 0x40cd5 : 0x202;
    state->mxcsr = thread == 0 ? 0x1f80 | 0x6000 | 0x8040 : 0x1f9d; // rounding, FTZ, DAZ; flags
    state->control_word = thread == 0 ? 0x0e7f : 0x037f;
    for (int i = 0; i < 8; i++) {
        uint16_t exponent = (uint16_t)(0x3f00 + i * 31 + thread);
        state->x87[i][7] |= 0x80; // a normal number
        memcpy(&state->x87[i][8], &exponent, 2);
    }
}

static void check(const struct spin *spin)
{
    const struct state *in = &spin->in, *out = &spin->out;
    for (int i = 0; i < 14; i++)
        CHECK("general register", out->gpr[i], in->gpr[i]);
    CHECK("flags", out->flags & 0x40cd5, in->flags & 0x40cd5);
    CHECK("x87 control word", out->control_word, in->control_word);
    CHECK("MXCSR", out->mxcsr, in->mxcsr);
    for (int i = 0; i < 8; i++)
        CHECK("x87 register", memcmp(out->x87[i], in->x87[i], 10), 0);
    for (int i = 0; i < level->vectors; i++)
        CHECK("vector register", memcmp(out->vector[i], in->vector[i], (size_t)level->width), 0);
    for (int i = 0; i < level->masks; i++)
        CHECK("mask register", out->mask[i], in->mask[i]);
    CHECK("red zone", memcmp(out->red_zone + 1, in->red_zone + 1, 15 * 8), 0);
}

void setup(void)
{
    const char *name = guest_arg(0, "x87");
    for (int i = 0; i < 3; i++)
        if (strcmp(LEVELS[i].name, name) == 0)
            level = &LEVELS[i];
    if (level == NULL)
        guest_die("no such level: %s", name);
    if (level->vectors == 32
            ? !(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
            : level->width == 32 && !__builtin_cpu_supports("avx"))
        guest_skip("this CPU has no %s", name);
    for (int i = 0; i < THREADS; i++) {
        invent(&spins[i].in, i);
        spins[i].next = level->loop;
        NEED_ZERO(pthread_create(&threads[i], NULL, run, &spins[i]));
        while (!spins[i].spinning)
            usleep(1000);
    }
}

void sabotage(void)
{
    spins[1].in.vector[15][7] ^= 1;
}

void verify(void)
{
    for (int i = 0; i < THREADS; i++) {
        spins[i].next = level->done;
        CHECK("join", pthread_join(threads[i], NULL), 0);
        check(&spins[i]);
    }
}
