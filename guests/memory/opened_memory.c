// Shared anonymous memory that is opened by its link in /proc/self/map_files: for reading, mapped privately, by nobody mapped any more.
// needs: root
#include "guest.h"
#include <fcntl.h>

enum { PAGE = 4096 };
static char *memory, *private, *late;
static int file, reader, alone;

static int opened(void *place, size_t size, int flags)
{
    char link[100];
    snprintf(link, sizeof link, "/proc/self/map_files/%lx-%lx", (long)place, (long)place + (long)size);
    return NEED(open(link, flags));
}

static char *shared(size_t size)
{
    return NEED(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
}

void setup(void)
{
    memory = shared(2 * PAGE);
    strcpy(memory, "first");
    strcpy(memory + PAGE, "second");
    file = opened(memory, 2 * PAGE, O_RDWR);
    reader = opened(memory, 2 * PAGE, O_RDONLY);
    NEED(lseek(reader, PAGE, SEEK_SET));
    NEED(munmap(memory + PAGE, PAGE));
    private = NEED(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0));
    private[1] = 'X';
    late = shared(PAGE);
    strcpy(late, "alone");
    alone = opened(late, PAGE, O_RDWR);
    NEED(munmap(late, PAGE));
}

void sabotage(void)
{
    NEED(pwrite(file, "F", 1, 0));
}

void verify(void)
{
    char text[8] = "";
    CHECK_STRING("mapped", memory, "first");
    CHECK_STRING("its copy", private, "fXrst");
    CHECK("read", read(reader, text, 7), 7);
    CHECK_STRING("at the offset", text, "second");
    CHECK_ERRNO("for reading only", write(reader, "x", 1), EBADF);
    CHECK("written", pwrite(file, "F", 1, 0), 1);
    CHECK("in the memory", memory[0], 'F');
    CHECK("not in the copy", private[0], 'f');
    CHECK("read of what nobody maps", pread(alone, text, 6, 0), 6);
    CHECK_STRING("what nobody maps", text, "alone");
}
