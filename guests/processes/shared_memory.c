// Memory that processes share: anonymous, a memfd, a deleted file, a part of it, and where the parent has unmapped it.
// guest: anonymous
// guest: memfd
// guest: deleted
// opt-out: executable: an executable holds one process
#include "guest.h"

enum { PAGE = 4096, SIZE = 64 * PAGE, GET = 1 << 20, PUT = 1 << 21, PART = 1 << 22, ALONE = 1 << 23 };

static char *memory, *part, *alone;
static struct guest_child first, second;

static void *map(size_t length, off_t offset, int fd)
{
    void *mapped = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, offset);
    if (mapped == MAP_FAILED)
        guest_die("setup: mmap: %s", strerror(errno));
    return mapped;
}

static long answer(int question)
{
    int at = question & 0xfffff;
    if (question & PUT)
        return memory[at] = (char)(at * 3 + 1);
    if (question & PART)
        return part[at];
    if (question & ALONE)
        return alone[at];
    return memory[at];
}

static void look_only(void)
{
    NEED(mprotect(memory + PAGE, PAGE, PROT_READ));
}

void setup(void)
{
    const char *kind = guest_arg(0, "anonymous");
    int fd = -1;
    if (strcmp(kind, "memfd") == 0)
        fd = NEED(memfd_create("shared", MFD_CLOEXEC));
    else if (strcmp(kind, "deleted") == 0)
        fd = NEED(open(guest_path("shared"), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (fd >= 0)
        NEED(ftruncate(fd, SIZE));
    memory = map(SIZE, 0, fd);
    part = fd < 0 ? memory + 8 * PAGE : map(PAGE, 8 * PAGE, fd);
    alone = map(PAGE, 0, -1);
    if (strcmp(kind, "deleted") == 0)
        NEED(unlink(guest_path("shared")));
    if (fd >= 0)
        NEED(close(fd));
    guest_fill(memory, 4 * PAGE, 1);
    guest_fill(alone, PAGE, 2);
    guest_start_child(&first, NULL, answer);
    guest_start_child(&second, look_only, answer);
    NEED(munmap(alone, PAGE)); // the children keep it
    memory[10 * PAGE] = 42;
}

void sabotage(void)
{
    // As if it were a copy.
    void *copy = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(copy, memory, SIZE);
    NEED(mremap(copy, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, memory));
}

void verify(void)
{
    guest_check_fill("contents", memory, 4 * PAGE, 1);
    char want[PAGE];
    guest_fill(want, PAGE, 2);
    for (int at = 0; at < PAGE; at += 500) {
        CHECK("first child's view", guest_ask(&first, GET + at), memory[at]);
        CHECK("second child's view", guest_ask(&second, GET + PAGE + at), memory[PAGE + at]);
        CHECK("what only the children have", guest_ask(&first, ALONE + at), want[at]);
        CHECK("what only the children have, other", guest_ask(&second, ALONE + at), want[at]);
    }
    CHECK("written later", guest_ask(&second, GET + 10 * PAGE), 42);
    // A write by one is seen by all.
    guest_ask(&first, PUT + 20 * PAGE);
    CHECK("child's write", memory[20 * PAGE], (char)(20 * PAGE * 3 + 1));
    CHECK("child's write at its sibling", guest_ask(&second, GET + 20 * PAGE), (char)(20 * PAGE * 3 + 1));
    memory[8 * PAGE + 5] = 9;
    CHECK("through a part", guest_ask(&first, PART + 5), 9);
    memory[8 * PAGE + 5] = 0;
    memory[20 * PAGE] = 0;
}
