// Memory that the program changes in every way as soon as it goes on: gives back, moves, unmaps, protects, forks, reads
// and writes by system calls, in several threads. Where it comes only when it is touched, each of these meets pages that
// have not come yet.
#include "guest.h"
#include <sys/uio.h>
#include <sys/wait.h>

enum { PAGE = 4096, PAGES = 768, AREAS = 8, BYTES = PAGES * PAGE };

static uint64_t *areas[AREAS];
static uint64_t *kept;
// Two mappings side by side that are alike and yet two: the second one's pages were numbered elsewhere.
static uint64_t *twins;

static uint64_t value(int area, long page)
{
    return ((uint64_t)area + 1) << 32 | (uint64_t)page;
}

static uint64_t *at(uint64_t *area, long page)
{
    return area + page * (PAGE / 8) + 3;
}

// The pages from one to another that differ from what was there.
static long wrong(uint64_t *area, int number, long from, long to)
{
    long count = 0;
    for (long page = from; page < to; page++)
        count += *at(area, page) != value(number, page);
    return count;
}

static long not_zero(uint64_t *area, long from, long to)
{
    long count = 0;
    for (long page = from; page < to; page++)
        count += *at(area, page) != 0;
    return count;
}

void setup(void)
{
    for (int i = 0; i < AREAS; i++) {
        // a page between them, so that each is a mapping
        char *made = NEED(mmap(NULL, BYTES + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        areas[i] = (uint64_t *)made;
        NEED(mprotect(made, BYTES, PROT_READ | PROT_WRITE));
        for (long page = 0; page < PAGES; page++)
            *at(areas[i], page) = value(i, page);
    }
    kept = areas[7];
    char *both = NEED(mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    char *second = NEED(mmap(NULL, BYTES / 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    twins = (uint64_t *)both;
    for (long page = 0; page < PAGES; page++)
        *at(page < PAGES / 2 ? twins : (uint64_t *)(second - BYTES / 2), page) = value(9, page);
    NEED(mremap(second, BYTES / 2, BYTES / 2, MREMAP_MAYMOVE | MREMAP_FIXED, both + BYTES / 2));
}

void sabotage(void)
{
    *at(areas[4], 700) = 1;
}

static void *gives_back(void *unused)
{
    (void)unused;
    for (long page = 0; page < PAGES; page += 2) {
        if (madvise((char *)areas[0] + page * PAGE, PAGE, page % 4 == 0 ? MADV_DONTNEED : MADV_FREE) != 0)
            return "madvise";
        uint64_t left = *at(areas[0], page);
        if (left != 0 && (page % 4 == 0 || left != value(0, page)))
            return "something came back";
        *at(areas[0], page) = 77;
    }
    for (long page = 0; page < PAGES; page++)
        if (*at(areas[0], page) != (page % 2 == 0 ? 77 : value(0, page)))
            return "another value";
    return NULL;
}

static void *moves(void *unused)
{
    (void)unused;
    // apart, turned round, one half over the other of another area
    char *there = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long half = PAGES / 2 * PAGE;
    if (mremap((char *)areas[1] + half, half, half, MREMAP_MAYMOVE | MREMAP_FIXED, there) == MAP_FAILED ||
        mremap(areas[1], half, half, MREMAP_MAYMOVE | MREMAP_FIXED, there + half) == MAP_FAILED)
        return "mremap";
    for (long page = 0; page < PAGES / 2; page++) {
        if (*at((uint64_t *)there, page) != value(1, page + PAGES / 2))
            return "the second half";
        if (*at((uint64_t *)there, page + PAGES / 2) != value(1, page))
            return "the first half";
    }
    // they are mappings of their own: their pages were numbered elsewhere
    char *grown = mremap(there + half, half, BYTES, MREMAP_MAYMOVE);
    if (grown == MAP_FAILED || not_zero((uint64_t *)grown, PAGES / 2, PAGES) != 0)
        return "what it grew by";
    if (*at((uint64_t *)grown, 5) != value(1, 5))
        return "what was moved again";
    munmap(grown, BYTES);
    return NULL;
}

static void *maps_over(void *unused)
{
    (void)unused;
    char *middle = (char *)areas[2] + 100 * PAGE;
    if (munmap(middle, 200 * PAGE) != 0 || mmap(middle, 200 * PAGE, PROT_READ | PROT_WRITE,
                                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != middle)
        return "mmap";
    if (not_zero(areas[2], 100, 300) != 0)
        return "new memory is not zero";
    if (mmap((char *)areas[2] + 400 * PAGE, 50 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
             0) == MAP_FAILED ||
        not_zero(areas[2], 400, 450) != 0)
        return "mapped over";
    if (wrong(areas[2], 2, 0, 100) + wrong(areas[2], 2, 300, 400) + wrong(areas[2], 2, 450, PAGES) != 0)
        return "what was left alone";
    return NULL;
}

static void *protects(void *unused)
{
    (void)unused;
    char *area = (char *)areas[3];
    for (long page = 0; page < PAGES; page += 3)
        if (mprotect(area + page * PAGE, PAGE, page % 2 ? PROT_NONE : PROT_READ) != 0)
            return "mprotect";
    if (mprotect(area, BYTES, PROT_READ | PROT_WRITE) != 0 || wrong(areas[3], 3, 0, PAGES) != 0)
        return "behind a protection";
    return NULL;
}

static void *calls(void *unused)
{
    (void)unused;
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0)
        return "pipe";
    for (long page = 0; page + 1 < PAGES; page += 2) {
        // out of a page that nobody has touched into one that nobody has touched
        if (write(pipe_ends[1], at(areas[4], page), 8) != 8 || read(pipe_ends[0], at(areas[4], page + 1), 8) != 8)
            return "read or write";
        if (*at(areas[4], page + 1) != value(4, page) || areas[4][(page + 1) * (PAGE / 8)] != 0)
            return "another page";
    }
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    return NULL;
}

static int grandchild(uint64_t *area, int number)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(wrong(area, number, 0, PAGES) == 0 ? 0 : 1);
    int status = 1;
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 ? 0 : 1;
}

static void *forks(void *unused)
{
    (void)unused;
    pid_t pid = fork();
    if (pid == 0) {
        *at(areas[5], 1) += 1000;
        int bad = wrong(areas[5], 5, 2, PAGES) != 0 || *at(areas[5], 1) != value(5, 1) + 1000;
        _exit(bad | grandchild(areas[6], 6) << 1);
    }
    if (pid < 0)
        return "fork";
    bool same = wrong(areas[5], 5, 0, PAGES) == 0;
    int status = -1;
    if (waitpid(pid, &status, 0) != pid || status != 0)
        return "a child sees something else";
    return same && wrong(areas[6], 6, 0, PAGES) == 0 ? NULL : "the parent sees something else";
}

void verify(void)
{
    void *(*all[])(void *) = {gives_back, moves, maps_over, protects, calls, forks};
    const char *names[] = {"gives back", "moves", "maps over", "protects", "calls", "forks"};
    enum { COUNT = sizeof all / sizeof *all };
    pthread_t threads[COUNT];
    for (int i = 0; i < COUNT; i++)
        CHECK(names[i], pthread_create(&threads[i], NULL, all[i], NULL), 0);
    CHECK("what nobody changes", wrong(kept, 7, 0, PAGES), 0);
    CHECK("twins", wrong(twins, 9, 0, PAGES), 0);
    for (int i = 0; i < COUNT; i++) {
        void *what = NULL;
        pthread_join(threads[i], &what);
        CHECK_STRING(names[i], what == NULL ? "right" : (char *)what, "right");
    }
}
