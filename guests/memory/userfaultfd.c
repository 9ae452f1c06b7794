// userfaultfds for which no fault waits: what was there is there, what was missing is missing, what was protected is protected, and
// the faults of it go on to the thread that serves them.
// guest: missing
// guest: protected
// guest: unpopulated
// guest: asynchronous
// guest: minor
// guest: poisoned
// guest: uninitialised
// guest: user_only
// guest: events
// guest: several
// guest: locked
// guest: huge
#include "guest.h"
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

enum {
    PAGE = 4096,
    PAGES = 16,
    SIZE = PAGES * PAGE,
    HUGE_PAGE = 2 << 20,
    USER_ONLY = 1,
    // headers may be older than the kernel
    HAS_MINOR_SHMEM = 1 << 10,
    WRITE_PROTECTED_UNPOPULATED = 1 << 13,
    HAS_POISON = 1 << 14,
    WRITE_PROTECTED_ASYNCHRONOUSLY = 1 << 15,
    REGISTER_MINOR = 4,
    FLAG_MINOR = 1 << 2,
};

struct server {
    int fd;
    char *memory;
    pthread_t thread;
    _Atomic bool serves;
    _Atomic long missing, protected, minor;
};
static struct server servers[2];
static const char *mode;
static bool waits; // for faults, while it is checkpointed
static char *elsewhere; // the same memory, mapped where nobody serves it

static bool is(const char *name)
{
    return strcmp(mode, name) == 0;
}

static void request(struct server *server, unsigned long what, void *argument)
{
    NEED(ioctl(server->fd, what, argument));
}

static void fill(struct server *server, int page)
{
    static char content[PAGE] __attribute__((aligned(PAGE)));
    guest_fill(content, PAGE, page);
    request(server, UFFDIO_COPY,
            &(struct uffdio_copy){.dst = (uintptr_t)server->memory + page * PAGE, .src = (uintptr_t)content, .len = PAGE});
}

static void zero(struct server *server, int page)
{
    request(server, UFFDIO_ZEROPAGE, &(struct uffdio_zeropage){.range = {(uintptr_t)server->memory + page * PAGE, PAGE}});
}

static void protect(struct server *server, int page, bool on)
{
    request(server, UFFDIO_WRITEPROTECT,
            &(struct uffdio_writeprotect){.range = {(uintptr_t)server->memory + page * PAGE, PAGE},
                                          .mode = on ? UFFDIO_WRITEPROTECT_MODE_WP : 0});
}

static void map_cached(struct server *server, int page)
{
    struct { uint64_t start, length, mode; int64_t mapped; } range = {(uintptr_t)server->memory + page * PAGE, PAGE, 0, 0};
    request(server, _IOWR(UFFDIO, 7, range), &range);
}

static void *serve(void *argument)
{
    struct server *server = argument;
    server->serves = true;
    for (;;) {
        struct pollfd ready = {server->fd, POLLIN, 0};
        struct uffd_msg message;
        if (poll(&ready, 1, -1) < 0 || read(server->fd, &message, sizeof message) != sizeof message)
            continue;
        if (message.event != UFFD_EVENT_PAGEFAULT)
            guest_fail("event %d", message.event);
        int page = (message.arg.pagefault.address - (uintptr_t)server->memory) / PAGE;
        if (message.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP) {
            server->protected++;
            protect(server, page, false);
        } else if (message.arg.pagefault.flags & FLAG_MINOR) {
            server->minor++;
            map_cached(server, page);
        } else {
            server->missing++;
            fill(server, page);
        }
    }
    return NULL;
}

static void start(struct server *server, int flags, uint64_t features, char *memory, size_t size, int modes)
{
    server->memory = memory;
    if (server->fd == 0)
        server->fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | flags);
    struct uffdio_api api = {.api = UFFD_API, .features = features};
    if (server->fd < 0 || ioctl(server->fd, UFFDIO_API, &api) != 0)
        guest_skip("userfaultfd with features %#lx: %s", (long)features, strerror(errno));
    request(server, UFFDIO_REGISTER, &(struct uffdio_register){.range = {(uintptr_t)memory, size}, .mode = modes});
    if (!waits)
        return;
    NEED_ZERO(pthread_create(&server->thread, NULL, serve, server));
    while (!server->serves) // it begins with all signals blocked
        sched_yield();
}

static char *map(int flags, int fd)
{
    return NEED((char *)mmap(NULL, SIZE, PROT_READ | PROT_WRITE, flags, fd, 0));
}

static int bit(const char *address, int number)
{
    uint64_t entry = 0;
    int file = NEED(open("/proc/self/pagemap", O_RDONLY));
    NEED(pread(file, &entry, sizeof entry, (uintptr_t)address / PAGE * sizeof entry));
    NEED(close(file));
    return entry >> number & 1;
}

void setup(void)
{
    enum { PRIVATE = MAP_PRIVATE | MAP_ANONYMOUS };
    struct server *first = servers, *second = servers + 1;
    mode = guest_arg(0, "missing");
    waits = true;
    if (is("uninitialised")) {
        first->fd = NEED(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK));
    } else if (is("protected")) {
        start(first, 0, UFFD_FEATURE_PAGEFAULT_FLAG_WP, map(PRIVATE, -1), SIZE, UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP);
        for (int page = 0; page < 4; page++)
            fill(first, page);
        zero(first, 4);
        zero(first, 5);
        protect(first, 0, true);
        protect(first, 2, true);
        protect(first, 4, true);
    } else if (is("unpopulated")) {
        start(first, 0, UFFD_FEATURE_PAGEFAULT_FLAG_WP | WRITE_PROTECTED_UNPOPULATED, map(PRIVATE, -1), SIZE, UFFDIO_REGISTER_MODE_WP);
        guest_fill(first->memory, PAGE, 0);
        protect(first, 0, true);
        protect(first, 4, true);
    } else if (is("asynchronous")) {
        waits = false;
        start(first, 0, UFFD_FEATURE_PAGEFAULT_FLAG_WP | WRITE_PROTECTED_ASYNCHRONOUSLY, map(PRIVATE, -1), SIZE, UFFDIO_REGISTER_MODE_WP);
        for (int page = 0; page < 8; page++) {
            guest_fill(first->memory + page * PAGE, PAGE, page);
            protect(first, page, true);
        }
        first->memory[3 * PAGE]++;
    } else if (is("minor")) {
        int memory = NEED(memfd_create("shared", MFD_CLOEXEC));
        NEED(ftruncate(memory, SIZE));
        elsewhere = map(MAP_SHARED, memory);
        for (int page = 0; page < 8; page++)
            guest_fill(elsewhere + page * PAGE, PAGE, page);
        start(first, 0, HAS_MINOR_SHMEM | UFFD_FEATURE_MISSING_SHMEM, map(MAP_SHARED, memory), SIZE, UFFDIO_REGISTER_MODE_MISSING | REGISTER_MINOR);
        map_cached(first, 0);
        map_cached(first, 2);
    } else if (is("poisoned")) {
        start(first, 0, HAS_POISON, map(PRIVATE, -1), SIZE, UFFDIO_REGISTER_MODE_MISSING);
        fill(first, 0);
        struct { uint64_t start, length, mode; int64_t done; } range = {(uintptr_t)first->memory + PAGE, 2 * PAGE, 0, 0};
        request(first, _IOWR(UFFDIO, 8, range), &range);
        fill(first, 3);
    } else if (is("several")) {
        char *both = NEED((char *)mmap(NULL, 3 * SIZE, PROT_READ | PROT_WRITE, PRIVATE, -1, 0));
        start(first, 0, 0, both, SIZE, UFFDIO_REGISTER_MODE_MISSING);
        start(second, USER_ONLY, 0, both + SIZE, SIZE, UFFDIO_REGISTER_MODE_MISSING);
        fill(first, 3);
        fill(second, 4);
        guest_fill(both + 2 * SIZE, PAGE, 7); // nobody's
    } else {
        uint64_t events = UFFD_FEATURE_EVENT_FORK | UFFD_FEATURE_EVENT_REMAP | UFFD_FEATURE_EVENT_REMOVE | UFFD_FEATURE_EVENT_UNMAP;
        size_t size = is("huge") ? 2 * HUGE_PAGE : SIZE;
        char *memory = NEED((char *)mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE, PRIVATE, -1, 0));
        memory += -(uintptr_t)memory & (HUGE_PAGE - 1);
        if (!is("huge"))
            guest_fill(memory + 5 * PAGE, PAGE, 5);
        start(first, is("user_only") ? USER_ONLY : 0, is("events") ? events : 0, memory, size, UFFDIO_REGISTER_MODE_MISSING);
        for (int page = 0; page < 4; page++)
            fill(first, page);
        zero(first, 4);
        if (is("huge")) { // of which the kernel would bring whole ones
            fill(first, 5);
            NEED(madvise(memory, size, MADV_HUGEPAGE));
        }
        if (is("locked"))
            NEED(syscall(SYS_mlock2, memory, SIZE, MLOCK_ONFAULT));
    }
}

void sabotage(void)
{
    if (is("uninitialised"))
        NEED(ioctl(servers->fd, UFFDIO_API, &(struct uffdio_api){.api = UFFD_API}));
    else if (is("poisoned"))
        NEED(madvise(servers->memory + PAGE, PAGE, MADV_DONTNEED));
    else if (!is("events"))
        request(servers, UFFDIO_UNREGISTER, &(struct uffdio_range){(uintptr_t)servers->memory, SIZE});
    else
        zero(servers, 9);
}

static void check_page(struct server *server, int page, long faults)
{
    long before = server->missing;
    guest_check_fill("contents", server->memory + page * PAGE, PAGE, page);
    CHECK("faults", server->missing - before, faults);
}

static void check_write(struct server *server, int page, long protected, long missing)
{
    long p = server->protected, m = server->missing;
    ++*(volatile char *)(server->memory + page * PAGE);
    CHECK("faults for protection", server->protected - p, protected);
    CHECK("faults for missing", server->missing - m, missing);
}

static void check_uninitialised(struct server *server)
{
    char *memory = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
    CHECK_ERRNO("not initialised", ioctl(server->fd, UFFDIO_WAKE, &(struct uffdio_range){(uintptr_t)memory, SIZE}), EINVAL);
    start(server, 0, 0, memory, SIZE, UFFDIO_REGISTER_MODE_MISSING);
    check_page(server, 7, 1);
}

static void check_missing(struct server *server)
{
    bool user_only = is("user_only");
    CHECK("five pages are there", guest_readable(server->memory + 4 * PAGE), 1);
    CHECK("zero", server->memory[4 * PAGE + 7], 0);
    for (int page = 0; page < 6; page++) {
        if (page != 4)
            check_page(server, page, 0);
    }
    CHECK("a fault of the kernel", guest_readable(server->memory + 8 * PAGE), !user_only);
    CHECK("is served", server->missing, !user_only);
    check_page(server, 8, user_only);
    check_page(server, 9, 1);
    check_write(server, 15, 0, 1);
}

void verify(void)
{
    struct server *first = servers;
    if (is("uninitialised")) {
        check_uninitialised(first);
    } else if (is("protected")) {
        for (int page = 0; page < 4; page++)
            check_page(first, page, 0);
        check_write(first, 0, 1, 0);
        check_write(first, 1, 0, 0);
        check_write(first, 2, 1, 0);
        check_write(first, 4, 1, 0);
        check_write(first, 5, 0, 0);
        check_write(first, 6, 0, 1);
    } else if (is("unpopulated")) {
        check_page(first, 0, 0);
        check_write(first, 0, 1, 0);
        check_write(first, 4, 1, 0);
        check_write(first, 5, 0, 0);
    } else if (is("asynchronous")) {
        for (int page = 0; page < 8; page++)
            CHECK("protected", bit(first->memory + page * PAGE, 57), page != 3);
        first->memory[5 * PAGE]++;
        CHECK("written", bit(first->memory + 5 * PAGE, 57), 0);
    } else if (is("minor")) {
        for (int page = 0; page < 8; page++)
            check_page(first, page, 0);
        CHECK("minor faults", first->minor, 6);
        check_page(first, 8, 1);
        guest_check_fill("shared", elsewhere + 8 * PAGE, PAGE, 8);
    } else if (is("poisoned")) {
        check_page(first, 0, 0);
        CHECK("poisoned", guest_readable(first->memory + PAGE), 0);
        CHECK("poisoned", guest_readable(first->memory + 2 * PAGE), 0);
        check_page(first, 3, 0);
        check_page(first, 4, 1);
    } else if (is("several")) {
        check_page(servers, 3, 0);
        check_page(servers, 5, 1);
        check_page(servers + 1, 4, 0);
        check_page(servers + 1, 6, 1);
        CHECK("a fault of the kernel", guest_readable(servers[0].memory + 8 * PAGE), 1);
        CHECK("a fault of the kernel", guest_readable(servers[1].memory + 8 * PAGE), 0);
        guest_check_fill("nobody's", servers[1].memory + SIZE, PAGE, 7);
        CHECK("nobody's", servers[1].memory[SIZE + PAGE], 0);
        CHECK("faults", servers[0].missing, 2);
    } else {
        check_missing(first);
    }
}
