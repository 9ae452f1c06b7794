// Memory policies of single mappings (mbind): every mode and flag that one node allows, on every kind of memory.
#include "guest.h"
#include <linux/mempolicy.h>

#ifndef MPOL_PREFERRED_MANY
#define MPOL_PREFERRED_MANY 5
#endif
#ifndef MPOL_WEIGHTED_INTERLEAVE
#define MPOL_WEIGHTED_INTERLEAVE 6
#endif
#ifndef MPOL_F_NUMA_BALANCING
#define MPOL_F_NUMA_BALANCING (1 << 13)
#endif

enum { SIZE = 4 * 4096, LONGS = 1024 / 64 };

static const int modes[] = {
    MPOL_BIND,
    MPOL_BIND | MPOL_F_STATIC_NODES,
    MPOL_BIND | MPOL_F_RELATIVE_NODES,
    MPOL_BIND | MPOL_F_NUMA_BALANCING,
    MPOL_PREFERRED,
    MPOL_PREFERRED | MPOL_F_STATIC_NODES,
    MPOL_INTERLEAVE,
    MPOL_PREFERRED_MANY,
    MPOL_WEIGHTED_INTERLEAVE,
    MPOL_LOCAL,
};
enum { MODES = sizeof modes / sizeof *modes, ANONYMOUS = 2 * MODES, KINDS = 4, PLACES = ANONYMOUS + KINDS };

// Side by side: each mode once in the middle of memory that has none, and at the end each kind of memory.
static struct place {
    char *at;
    int mode;
    unsigned long nodes[LONGS];
} places[PLACES];
static int taken;

static int ask(char *at, unsigned long *nodes)
{
    int mode = -1;
    memset(nodes, 0, sizeof(unsigned long) * LONGS);
    NEED(syscall(SYS_get_mempolicy, &mode, nodes, LONGS * 64, at, MPOL_F_ADDR));
    return mode;
}

static bool bind(char *at, int mode)
{
    unsigned long nodes[LONGS] = {1};
    bool local = mode == MPOL_LOCAL;
    return syscall(SYS_mbind, at, SIZE, mode, local ? NULL : nodes, local ? 0 : LONGS * 64, 0) == 0;
}

static char *shared_file(void)
{
    int fd = NEED(open(guest_path("file"), O_RDWR | O_CREAT, 0600));
    NEED(ftruncate(fd, SIZE));
    char *at = NEED(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    close(fd);
    return at;
}

static char *memfd(void)
{
    int fd = NEED(memfd_create("policy", 0));
    NEED(ftruncate(fd, 3 * SIZE));
    char *at = NEED(mmap(NULL, 3 * SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    close(fd);
    return at + SIZE;
}

void setup(void)
{
    char *at = NEED(mmap(NULL, ANONYMOUS * SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    for (int i = 0; i < ANONYMOUS; i++)
        places[i].at = at + i * SIZE;
    places[ANONYMOUS].at = NEED(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    places[ANONYMOUS + 1].at = memfd();
    places[ANONYMOUS + 2].at = shared_file();
    places[ANONYMOUS + 3].at = NEED(mmap(NULL, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    for (int i = 0; i < MODES; i++)
        taken += bind(places[2 * i + 1].at, modes[i]);
    for (int i = ANONYMOUS; i < PLACES; i++)
        bind(places[i].at, MPOL_BIND);
    if (taken == 0)
        guest_skip("no memory policies");
    for (int i = 0; i < PLACES; i++)
        places[i].mode = ask(places[i].at, places[i].nodes);
    guest_fill(at, ANONYMOUS * SIZE, 1);
    guest_fill(places[ANONYMOUS].at, SIZE, 2);
}

void sabotage(void)
{
    NEED(syscall(SYS_mbind, places[1].at, SIZE, MPOL_DEFAULT, NULL, 0, 0));
}

void verify(void)
{
    for (int i = 0; i < PLACES; i++) {
        unsigned long nodes[LONGS];
        CHECK("mode", ask(places[i].at, nodes), places[i].mode);
        CHECK("nodes", memcmp(nodes, places[i].nodes, sizeof nodes), 0);
        CHECK("mode at the end", ask(places[i].at + SIZE - 1, nodes), places[i].mode);
    }
    guest_check_fill("anonymous", places[0].at, ANONYMOUS * SIZE, 1);
    guest_check_fill("shared", places[ANONYMOUS].at, SIZE, 2);
}
