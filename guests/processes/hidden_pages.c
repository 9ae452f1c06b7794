// A forked child has written its pages and shut some of them away (PROT_NONE) that lie between others.
// opt-out: executable: an executable holds one process
#include "guest.h"

enum { PAGE = 4096, PAGES = 64, HIDDEN = 20, COUNT = 10 };

static unsigned char *memory;
static struct guest_child child;

static void hide(void)
{
    for (int page = 0; page < PAGES; page++)
        memory[page * PAGE + 7] = (unsigned char)(0x80 | page);
    NEED(mprotect(memory + HIDDEN * PAGE, COUNT * PAGE, PROT_NONE));
    NEED(mprotect(memory + 2 * HIDDEN * PAGE, COUNT * PAGE, PROT_READ));
}

static long answer(int question)
{
    if (question == HIDDEN)
        return guest_readable(memory + HIDDEN * PAGE);
    NEED(mprotect(memory + HIDDEN * PAGE, COUNT * PAGE, PROT_READ | PROT_WRITE));
    long value = memory[question * PAGE + 7] | memory[question * PAGE + 8] << 8;
    NEED(mprotect(memory + HIDDEN * PAGE, COUNT * PAGE, PROT_NONE));
    return value;
}

void setup(void)
{
    memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        guest_die("setup: mmap: %s", strerror(errno));
    memset(memory, 0x55, PAGES * PAGE);
    guest_start_child(&child, hide, answer);
    guest_ask(&child, HIDDEN); // when it has hidden them
}

void sabotage(void)
{
    guest_ask(&child, HIDDEN);
    memory[0] = 0;
}

void verify(void)
{
    CHECK("parent's page", memory[0], 0x55);
    CHECK("readable", guest_ask(&child, HIDDEN), 0);
    for (int page = 0; page < PAGES; page++)
        if (page != HIDDEN)
            CHECK("child's page", guest_ask(&child, page), 0x5580 | page);
}
