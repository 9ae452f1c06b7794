// The process's own namespaces, open as files.
// opt-out: executable: files of /proc are opened by the old id
#include "guest.h"

enum { COUNT = 5 };

static const char *const kinds[COUNT] = {"uts", "ipc", "mnt", "net", "user"};
static int files[COUNT];

static void link_of(const char *path, char *text, size_t size)
{
    text[NEED(readlink(path, text, size - 1))] = 0;
}

static void own(int i, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
    link_of(path, text, size);
}

void setup(void)
{
    char path[64];
    for (int i = 0; i < COUNT; i++) {
        snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
        files[i] = NEED(open(path, O_RDONLY | (i == 1 ? O_CLOEXEC : 0)));
    }
}

void sabotage(void)
{
    NEED(dup2(files[0], files[1]));
}

void verify(void)
{
    char path[64], open_one[64], mine[64];
    for (int i = 0; i < COUNT; i++) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", files[i]);
        link_of(path, open_one, sizeof open_one);
        own(i, mine, sizeof mine);
        CHECK_STRING("its own", open_one, mine);
    }
    CHECK("close-on-exec", fcntl(files[1], F_GETFD), FD_CLOEXEC);
    CHECK("stays on exec", fcntl(files[0], F_GETFD), 0);
}
