// Mappings that parent, children and a grandchild have had in common since their forks, and what each has made of them
// since: grown, cut, moved away, mapped over, protected, dropped, locked, advised. Each has its own pages and mappings.
// opt-out: executable: an executable holds one process
#include "guest.h"
#include <sys/uio.h>

enum { PAGE = 4096, PIECE = 64 * PAGE, LENGTH = 16 * PAGE, HALF = LENGTH / 2 };
enum {
    GROWN,
    CUT,
    PROTECTED,
    HALF_UNMAPPED,
    MOVED_AWAY,
    MAPPED_OVER,
    DROPPED,
    LOCKED,
    UNRESERVED,
    ADVISED,
    TWINS,
    WRITTEN,
    DROPPED_BY_PARENT,
    PROTECTED_BY_PARENT,
    WIPED,
    NEW_PLACE,
    UNTOUCHED,
    READ_ONLY,
    PIECES
};
enum { STATE, HEAP, WRITE, SPOIL, GRANDCHILDS = 10 };

static unsigned char *base;
static unsigned char *heap, *heap_end; // malloc may grow it behind that
static struct guest_child child, late_child, grandchild;
static long states[4], heaps[4];

static unsigned char *piece(int number)
{
    return base + (size_t)number * PIECE;
}

static void map(int number, int flags)
{
    int all = flags | MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    NEED(mmap(piece(number), LENGTH, PROT_READ | PROT_WRITE, all, -1, 0));
    guest_fill(piece(number), LENGTH, (uint64_t)number);
}

static unsigned long mix(unsigned long sum, unsigned long value)
{
    return (sum ^ value) * 0x9e3779b97f4a7c15 >> 1;
}

// Of all pages and all mappings between base and the end of the pieces.
static long state(void)
{
    static char maps[1 << 20];
    static unsigned char page[PAGE];
    unsigned long sum = 1;
    for (unsigned char *at = base; at < piece(PIECES); at += PAGE) {
        struct iovec here = {page, PAGE}, there = {at, PAGE};
        bool readable = process_vm_readv(getpid(), &here, 1, &there, 1, 0) == PAGE;
        sum = mix(sum, readable);
        for (int i = 0; readable && i < PAGE; i += 8)
            sum = mix(sum, *(unsigned long *)(page + i));
    }
    if (guest_read_file("/proc/self/maps", maps, sizeof maps) < 0)
        guest_die("/proc/self/maps: %s", strerror(errno));
    for (char *line = maps; *line != 0; line += strcspn(line, "\n") + 1) {
        unsigned long from, to;
        char rights[5];
        if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) == 3 && from >= (unsigned long)base
            && from < (unsigned long)piece(PIECES))
            sum = mix(mix(mix(sum, from), to), (unsigned long)rights[0] << 16 | (unsigned long)rights[1] << 8 | rights[2]);
    }
    return (long)(sum & 0x7fffffffffffffff);
}

static long heap_sum(void)
{
    unsigned long sum = 1;
    for (unsigned char *at = heap; at < heap_end; at += 64)
        sum = mix(sum, *at);
    return (long)(sum & 0x7fffffff);
}

static long answer(int question)
{
    switch (question) {
    case STATE:
        return state();
    case HEAP:
        return heap_sum();
    case WRITE:
        piece(UNTOUCHED)[PAGE]++;
        return piece(UNTOUCHED)[PAGE]--;
    case SPOIL:
        return ++piece(UNTOUCHED)[3 * PAGE];
    default:
        return guest_ask(&grandchild, question - GRANDCHILDS);
    }
}

static void change(void)
{
    NEED(mremap(piece(GROWN), LENGTH, 2 * LENGTH, 0));
    memset(piece(GROWN) + LENGTH, 0x77, HALF);
    NEED(munmap(piece(CUT) + 4 * PAGE, 3 * PAGE));
    NEED(mprotect(piece(PROTECTED) + 4 * PAGE, 3 * PAGE, PROT_READ));
    NEED(mprotect(piece(PROTECTED) + 9 * PAGE, 3 * PAGE, PROT_NONE));
    NEED(madvise(piece(DROPPED), LENGTH, MADV_DONTNEED));
    piece(DROPPED)[5 * PAGE] = 1;
    NEED(mlock(piece(LOCKED), LENGTH));
    NEED(madvise(piece(ADVISED), LENGTH, MADV_NOHUGEPAGE));
    memset(piece(WRITTEN) + 2 * PAGE, 0x11, 3 * PAGE);
    NEED(madvise(piece(WIPED), HALF, MADV_WIPEONFORK));
    unsigned char *more = NEED(sbrk(8 * PAGE));
    memset(more, 0x22, 6 * PAGE);
    heap_end = more + 8 * PAGE;
    guest_start_child(&grandchild, NULL, answer);
    memset(piece(UNTOUCHED) + 5 * PAGE, 0x33, PAGE);
}

static void change_parent(void)
{
    NEED(munmap(piece(HALF_UNMAPPED) + HALF, HALF));
    NEED(mremap(piece(MOVED_AWAY), LENGTH, LENGTH, MREMAP_MAYMOVE | MREMAP_FIXED, piece(NEW_PLACE)));
    NEED(munmap(piece(MAPPED_OVER), LENGTH));
    map(MAPPED_OVER, 0);
    memset(piece(MAPPED_OVER) + PAGE, 0x44, PAGE);
    memset(piece(WRITTEN) + 4 * PAGE, 0x55, 3 * PAGE);
    NEED(madvise(piece(DROPPED_BY_PARENT), HALF, MADV_DONTNEED));
    NEED(mprotect(piece(PROTECTED_BY_PARENT), HALF, PROT_READ));
    unsigned char *more = NEED(sbrk(2 * PAGE));
    memset(more, 0x66, PAGE);
    heap_end = more + 2 * PAGE;
}

void setup(void)
{
    base = NEED(mmap(NULL, (size_t)PIECES * PIECE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    NEED(munmap(base, (size_t)PIECES * PIECE));
    for (int i = 0; i < PIECES; i++)
        if (i != NEW_PLACE && i != TWINS)
            map(i, i == UNRESERVED ? MAP_NORESERVE : 0);
    map(TWINS, 0);
    unsigned char *second = NEED(mmap(NULL, HALF, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    guest_fill(second, HALF, 99);
    NEED(mremap(second, HALF, HALF, MREMAP_MAYMOVE | MREMAP_FIXED, piece(TWINS) + LENGTH));
    NEED(mprotect(piece(READ_ONLY), LENGTH, PROT_READ));
    heap = NEED(sbrk(8 * PAGE));
    memset(heap, 0x99, 8 * PAGE);
    heap_end = heap + 8 * PAGE;
    guest_start_child(&child, change, answer);
    change_parent();
    guest_start_child(&late_child, NULL, answer);
    states[0] = state();
    states[1] = guest_ask(&child, STATE);
    states[2] = guest_ask(&child, GRANDCHILDS + STATE);
    states[3] = guest_ask(&late_child, STATE);
    heaps[0] = heap_sum();
    heaps[1] = guest_ask(&child, HEAP);
    heaps[2] = guest_ask(&child, GRANDCHILDS + HEAP);
    heaps[3] = guest_ask(&late_child, HEAP);
}

void sabotage(void)
{
    guest_ask(&child, GRANDCHILDS + SPOIL);
}

static void check_all(void)
{
    CHECK("parent", state(), states[0]);
    CHECK("child", guest_ask(&child, STATE), states[1]);
    CHECK("grandchild", guest_ask(&child, GRANDCHILDS + STATE), states[2]);
    CHECK("late child", guest_ask(&late_child, STATE), states[3]);
    CHECK("parent's heap", heap_sum(), heaps[0]);
    CHECK("child's heap", guest_ask(&child, HEAP), heaps[1]);
    CHECK("grandchild's heap", guest_ask(&child, GRANDCHILDS + HEAP), heaps[2]);
    CHECK("late child's heap", guest_ask(&late_child, HEAP), heaps[3]);
}

void verify(void)
{
    check_all();
    // Copies, not the same memory: what one writes the others do not see.
    guest_ask(&child, WRITE);
    guest_ask(&child, GRANDCHILDS + WRITE);
    guest_ask(&late_child, WRITE);
    check_all();
    piece(UNTOUCHED)[7 * PAGE]++;
    CHECK("child", guest_ask(&child, STATE), states[1]);
    piece(UNTOUCHED)[7 * PAGE]--;
    check_all();
}
