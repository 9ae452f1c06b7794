// Memory as programs have it, and somebody who writes to it: mixed DIRECTORY MIB [writer]
//
// A quarter each of machine code (this machine's libc), of noise, of text, and of pointers and small numbers, page by page. The writer changes 8
// bytes of a random page again and again, and says in DIRECTORY/writes, 8 bytes, how often it has.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096

static uint64_t state = 88172645463325252ULL;

static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void fill(unsigned char *page, size_t number, const unsigned char *code, size_t pages) {
    static const char *words[] = {"the ", "program ", "goes ", "on ", "where ", "it ", "was, ", "value=", "0x7f", "\n"};
    uint64_t *numbers = (uint64_t *)page;
    switch (number / 256 % 4) {
    case 0:
        memcpy(page, code + next() % pages * PAGE, PAGE);
        break;
    case 1:
        for (int i = 0; i < PAGE / 8; i++)
            numbers[i] = next();
        break;
    case 2:
        for (size_t at = 0; at < PAGE;) {
            const char *word = words[next() % 10];
            size_t n = strlen(word) < PAGE - at ? strlen(word) : PAGE - at;
            memcpy(page + at, word, n);
            at += n;
        }
        break;
    default:
        for (int i = 0; i < PAGE / 8; i++)
            numbers[i] = i & 1 ? 0x7f3a00000000 + 16 * (next() % (1 << 22)) : next() % 1000;
    }
    numbers[0] = number; // no two are the same
}

int main(int argc, char **argv) {
    if (argc < 3 || chdir(argv[1]))
        return 2;
    size_t pages = strtoull(argv[2], NULL, 10) << 20 >> 12;
    int libc = open("/lib/x86_64-linux-gnu/libc.so.6", O_RDONLY);
    struct stat st;
    if (libc < 0 || fstat(libc, &st))
        return 1;
    unsigned char *code = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, libc, 0);
    close(libc);
    unsigned char *memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (code == MAP_FAILED || memory == MAP_FAILED)
        return 1;
    madvise(memory, pages * PAGE, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < pages; i++)
        fill(memory + i * PAGE, i, code, st.st_size / PAGE);
    munmap(code, st.st_size);
    int writes = open("writes", O_RDWR | O_CREAT, 0600);
    if (writes < 0 || ftruncate(writes, 8))
        return 1;
    volatile uint64_t *count = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, writes, 0);
    close(writes);
    FILE *pid = fopen("pid.part", "w");
    fprintf(pid, "%d\n", getpid());
    fclose(pid);
    rename("pid.part", "pid");
    while (argc > 3) {
        uint64_t *page = (uint64_t *)(memory + next() % pages * PAGE);
        page[1 + next() % 511]++;
        ++*count;
    }
    while (1)
        pause();
}
