// The GS base of each thread, set by arch_prctl; FS base is where glibc put it.
#include "guest.h"
#include <asm/prctl.h>

enum { THREADS = 3 };

static uint64_t areas[THREADS + 1][4];
static unsigned long fs_bases[THREADS + 1];

static uint64_t first_word_of_gs(void)
{
    uint64_t word;
    asm volatile("mov %%gs:0, %0" : "=r"(word));
    return word;
}

static void set_up(int number)
{
    areas[number][0] = 0x1234567800000000 + (uint64_t)number;
    NEED(syscall(SYS_arch_prctl, ARCH_SET_GS, areas[number]));
    NEED(syscall(SYS_arch_prctl, ARCH_GET_FS, &fs_bases[number]));
}

static void check(int number)
{
    unsigned long base = 0;
    CHECK("ARCH_GET_GS", syscall(SYS_arch_prctl, ARCH_GET_GS, &base), 0);
    CHECK("GS base", base, (uintptr_t)areas[number]);
    CHECK("ARCH_GET_FS", syscall(SYS_arch_prctl, ARCH_GET_FS, &base), 0);
    CHECK("FS base", base, fs_bases[number]);
    CHECK("FS base is the thread pointer", base, (uintptr_t)__builtin_thread_pointer());
    CHECK("word at GS", first_word_of_gs(), 0x1234567800000000 + number);
}

void setup(void)
{
    guest_start_threads(THREADS, set_up, check);
    set_up(THREADS);
}

void sabotage(void)
{
    NEED(syscall(SYS_arch_prctl, ARCH_SET_GS, areas[0]));
}

void verify(void)
{
    check(THREADS);
    guest_join_threads();
}
