// Guard regions (MADV_GUARD_INSTALL, Linux 6.15) in shared memory and in a file's mapping: the pages behind them stay.
#include "guest.h"
#include <fcntl.h>

enum { PAGE = 4096, PAGES = 16, GUARD_INSTALL = 102, GUARD_REMOVE = 103 };
static char *memory, *file;

void setup(void)
{
    memory = NEED(mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    int fd = NEED(open(guest_path("guarded"), O_RDWR | O_CREAT | O_TRUNC, 0600));
    NEED(ftruncate(fd, PAGES * PAGE));
    file = NEED(mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    memset(memory, 1, PAGES * PAGE);
    memset(file, 2, PAGES * PAGE);
    if (madvise(memory + PAGE, 2 * PAGE, GUARD_INSTALL) != 0)
        guest_skip("no guard regions in shared memory: %s", strerror(errno));
    NEED(madvise(file + (PAGES - 1) * PAGE, PAGE, GUARD_INSTALL));
}

void sabotage(void)
{
    NEED(madvise(memory + PAGE, PAGE, GUARD_REMOVE));
}

void verify(void)
{
    for (int page = 0; page < PAGES; page++) {
        CHECK("readable memory", guest_readable(memory + page * PAGE), page < 1 || page > 2);
        CHECK("readable file", guest_readable(file + page * PAGE), page < PAGES - 1);
    }
    NEED(madvise(memory, PAGES * PAGE, GUARD_REMOVE));
    NEED(madvise(file, PAGES * PAGE, GUARD_REMOVE));
    CHECK("behind the guard", memory[PAGE], 1);
    CHECK("behind the other", file[(PAGES - 1) * PAGE], 2);
}
