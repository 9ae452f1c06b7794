// Memory that parent and child have shared since the fork, and what either has changed since: each sees its own.
// opt-out: executable: an executable holds one process
#include "guest.h"

enum { PAGE = 4096, PAGES = 512, SIZE = PAGES * PAGE };
enum { SUM, CHANGED, DROPPED, WRITE };

static unsigned char *memory;
static struct guest_child child, grandchild;

static long sum(void)
{
    unsigned long sum = 0;
    for (size_t at = 0; at < SIZE; at += 64)
        sum = sum * 31 + memory[at];
    return (long)(sum & 0x7fffffff);
}

static void change(void)
{
    for (int page = 0; page < PAGES; page += 16)
        memory[page * PAGE] = 0xcc;
    NEED(madvise(memory + 3 * PAGE, PAGE, MADV_DONTNEED));
    NEED(mprotect(memory + 5 * PAGE, PAGE, PROT_READ));
}

static long answer(int question)
{
    switch (question) {
    case SUM:
        return sum();
    case CHANGED:
        return memory[32 * PAGE];
    case DROPPED:
        return memory[3 * PAGE] | memory[4 * PAGE - 1];
    case WRITE:
        return memory[100 * PAGE] = 0xee;
    default:
        return guest_ask(&grandchild, question - 10);
    }
}

static void change_and_fork(void)
{
    change();
    guest_start_child(&grandchild, NULL, answer);
}

static long parents_sum, childs_sum, grandchilds_sum;

void setup(void)
{
    memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        guest_die("setup: mmap: %s", strerror(errno));
    guest_fill(memory, SIZE, 4);
    guest_start_child(&child, change_and_fork, answer);
    for (int page = 8; page < PAGES; page += 16)
        memory[page * PAGE] = 0xdd;
    parents_sum = sum();
    childs_sum = guest_ask(&child, SUM);
    grandchilds_sum = guest_ask(&child, 10 + SUM);
}

void sabotage(void)
{
    memory[64 * 100]++;
}

void verify(void)
{
    CHECK("parent's memory", sum(), parents_sum);
    CHECK("child's memory", guest_ask(&child, SUM), childs_sum);
    CHECK("grandchild's memory", guest_ask(&child, 10 + SUM), grandchilds_sum);
    CHECK("child's page", guest_ask(&child, CHANGED), 0xcc);
    CHECK("dropped page", guest_ask(&child, DROPPED), 0);
    // Still copies: a write by one is not seen by the others.
    unsigned char before = memory[100 * PAGE];
    CHECK("child's write", guest_ask(&child, WRITE), 0xee);
    CHECK("not in the parent", memory[100 * PAGE], before);
    CHECK("not in the grandchild", guest_ask(&child, 10 + SUM), grandchilds_sum);
}
