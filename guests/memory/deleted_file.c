// Mappings of a file that was deleted: private with changed pages, and shared.
// needs: deleted-files
// guest: private
// guest: shared
#include "guest.h"

enum { PAGE = 4096, PAGES = 20 };
static char *map;
static bool shared;
static char want[PAGES * PAGE];

void setup(void)
{
    shared = strcmp(guest_arg(0, "private"), "shared") == 0;
    int fd = NEED(open(guest_path("deleted"), O_RDWR | O_CREAT, 0600));
    guest_fill(want, sizeof want, 1);
    CHECK("write", write(fd, want, sizeof want), sizeof want);
    map = NEED(mmap(NULL, sizeof want, PROT_READ | PROT_WRITE, shared ? MAP_SHARED : MAP_PRIVATE, fd,
                    0));
    close(fd);
    NEED(unlink(guest_path("deleted")));
    guest_fill(want + 3 * PAGE, PAGE, 2);
    memcpy(map + 3 * PAGE, want + 3 * PAGE, PAGE);
}

void sabotage(void)
{
    map[9 * PAGE] ^= 1;
}

void verify(void)
{
    CHECK("contents", memcmp(map, want, sizeof want), 0);
    CHECK_ERRNO("the name is gone", access(guest_path("deleted"), F_OK), ENOENT);
    memset(map, 0x5a, sizeof want);
}
