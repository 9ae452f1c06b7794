// Code that the program made itself, in executable anonymous memory, still runs.
// build: static
#include "guest.h"

enum { COUNT = 100, STEP = 64 };
static unsigned char *code;

typedef int (*function)(int);

void setup(void)
{
    code = NEED(mmap(NULL, COUNT * STEP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    for (int i = 0; i < COUNT; i++) {
        unsigned char *at = code + i * STEP;
        at[0] = 0x8d, at[1] = 0x87; // lea i(%rdi), %eax
        memcpy(at + 2, &i, 4);
        at[6] = 0xc3; // ret
    }
    NEED(mprotect(code, COUNT * STEP, PROT_READ | PROT_EXEC));
}

void sabotage(void)
{
    NEED(mprotect(code, COUNT * STEP, PROT_READ | PROT_WRITE | PROT_EXEC));
    code[2] ^= 1;
}

void verify(void)
{
    for (int i = 0; i < COUNT; i++)
        CHECK("result of the code", ((function)(uintptr_t)(code + i * STEP))(1000), 1000 + i);
}
