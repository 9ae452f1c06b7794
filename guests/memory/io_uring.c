// io_urings in which nothing is in flight, set up in many ways: mappings, positions, entries that are prepared and completions that are
// not read are as they were, and they take requests, from whom they took them.
// guest: fresh
// guest: used
// guest: deferred
// guest: thread
// guest: cooperative
// guest: no_array
// guest: wide
// guest: disabled
// guest: silent
// guest: silent_no_array
// guest: multishot
// guest: multishot_deferred
// guest: prepared
// guest: large
// guest: several
// guest: unmapped
// guest: watched
#include "uring.h"
#include <sys/epoll.h>

enum { MOST = 12, UNREAD = 5, MULTISHOT = 300 };
static struct uring rings[MOST];
static unsigned heads[MOST], tails[MOST], cq_heads[MOST], cq_tails[MOST], unread[MOST];
static char flags[MOST][2][256];
static int count = 1, counter, watch = -1;
static bool by_thread;
static const char *kind;
static char *old_ring;
static unsigned extra; // completions behind those that were unread

static void complete(struct uring *u, unsigned many)
{
    for (unsigned i = 0; i < many; i++)
        uring_nop(u, 1000 + i, 0);
    CHECK("submitted", uring_submit(u, many), many);
}

static void silent(struct uring *u, unsigned many)
{
    for (unsigned i = 0; i < many; i++) {
        uring_nop(u, 0, IOSQE_CQE_SKIP_SUCCESS);
        if (uring_submit(u, 0) != 1)
            guest_die("a silent NOP");
    }
}

// One request that completes many times.
static void multishot(struct uring *u)
{
    int event = NEED(eventfd(0, EFD_NONBLOCK));
    *uring_next(u) = (struct io_uring_sqe){.opcode = IORING_OP_POLL_ADD, .fd = event, .len = IORING_POLL_ADD_MULTI,
                                           .poll32_events = POLLIN, .user_data = 5};
    NEED(uring_submit(u, 0));
    for (int i = 0; i < MULTISHOT; i++) {
        uint64_t number = 1;
        NEED(write(event, &number, sizeof number));
        if (uring_submit(u, 1) != 0 || uring_unread(u) != 1)
            guest_die("%u completions of a multishot poll", uring_unread(u));
        uring_seen(u, 1);
        NEED(read(event, &number, sizeof number));
    }
    *uring_next(u) = (struct io_uring_sqe){.opcode = IORING_OP_POLL_REMOVE, .fd = -1, .addr = 5, .user_data = 6};
    NEED(uring_submit(u, 2));
    if (uring_unread(u) != 2)
        guest_die("%u completions of the end of a poll", uring_unread(u));
    uring_seen(u, 2);
    close(event);
}

static unsigned wanted_flags(void)
{
    unsigned deferred = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    return strcmp(kind, "deferred") == 0 || strcmp(kind, "thread") == 0 || strcmp(kind, "multishot_deferred") == 0 ? deferred
        : strcmp(kind, "cooperative") == 0             ? IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL
        : strstr(kind, "no_array")                     ? URING_NO_SQARRAY
        : strcmp(kind, "wide") == 0                    ? IORING_SETUP_SQE128 | IORING_SETUP_CQE32
        : strcmp(kind, "disabled") == 0                ? IORING_SETUP_R_DISABLED | IORING_SETUP_SINGLE_ISSUER
                                                       : 0;
}

static void use(struct uring *u, int index)
{
    if (strcmp(kind, "fresh") == 0 || strcmp(kind, "disabled") == 0)
        return;
    uring_use(u, strcmp(kind, "large") == 0 ? 100000 : 1003 + 7 * index);
    if (strncmp(kind, "silent", 6) == 0)
        silent(u, 1000);
    if (strncmp(kind, "multishot", 9) == 0)
        multishot(u);
    complete(u, UNREAD);
    if (strcmp(kind, "prepared") == 0) {
        for (int i = 0; i < 3; i++)
            uring_nop(u, 2000 + i, 0); // in the entries, and in the program's own count
        *u->sq_tail = u->prepared - 1; // two of them handed over, but to nobody yet
    }
}

static void set_up(int unused)
{
    (void)unused;
    for (int i = 0; i < count; i++) {
        struct uring *u = &rings[i];
        unsigned entries = strcmp(kind, "large") == 0 ? 4096 : 8u << i % 4;
        uring_setup(u, entries, i % 3 == 2 ? 8 * entries : 0, wanted_flags());
        use(u, i);
        heads[i] = *u->sq_head, tails[i] = *u->sq_tail, cq_heads[i] = *u->cq_head, cq_tails[i] = *u->cq_tail;
        unread[i] = uring_unread(u);
        guest_vma_flags(u->ring, flags[i][0], sizeof flags[i][0]);
        guest_vma_flags(u->sqes, flags[i][1], sizeof flags[i][1]);
    }
}

static void await(struct uring *u, const char *what, long result)
{
    CHECK(what, uring_submit(u, 1), 1);
    CHECK(what, uring_unread(u), 1);
    CHECK(what, uring_peek(u, 0)->user_data, 77);
    CHECK(what, uring_peek(u, 0)->res, result);
    uring_seen(u, 1);
}

// Requests that do something, one after the other.
static void check_requests(struct uring *u)
{
    static char bytes[64], back[sizeof bytes];
    guest_fill(bytes, sizeof bytes, 3);
    int file = memfd_create("contents", 0);
    *uring_next(u) = (struct io_uring_sqe){.opcode = IORING_OP_WRITE, .fd = file, .addr = (uintptr_t)bytes,
                                           .len = sizeof bytes, .user_data = 77};
    await(u, "write", sizeof bytes);
    *uring_next(u) = (struct io_uring_sqe){.opcode = IORING_OP_READ, .fd = file, .addr = (uintptr_t)back, .len = sizeof back, .user_data = 77};
    await(u, "read", sizeof back);
    guest_check_fill("read", back, sizeof back, 3);
    *uring_next(u) = (struct io_uring_sqe){.opcode = IORING_OP_POLL_ADD, .fd = counter, .poll32_events = POLLIN, .user_data = 77};
    await(u, "poll", POLLIN);
    uring_nop(u, 77, IOSQE_IO_DRAIN); // no such thing after requests without completions
    await(u, "drain", strncmp(kind, "silent", 6) == 0 ? -EOPNOTSUPP : 0);
    *uring_next(u) = (struct io_uring_sqe){.opcode = IORING_OP_READ, .fd = -1, .user_data = 77};
    await(u, "error", -EBADF);
    close(file);
}

// Each once: the kernel may put the first request after a drained one off until the others are done.
static void check_unread(struct uring *u, unsigned many)
{
    CHECK("unread", uring_unread(u), many + extra);
    unsigned seen = 0;
    for (unsigned i = 0; i < many; i++) {
        uint64_t number = uring_peek(u, i)->user_data - 1000;
        CHECK("number", number < many, 1);
        seen |= 1u << number % 32;
        CHECK("result", uring_peek(u, i)->res, 0);
    }
    CHECK("each once", seen, (1u << many) - 1);
    uring_seen(u, many + extra);
    extra = 0;
}

static void check_prepared(struct uring *u)
{
    *u->sq_tail = u->prepared;
    CHECK("prepared ones", syscall(SYS_io_uring_enter, u->fd, 3, 3, IORING_ENTER_GETEVENTS, NULL, 0), 3);
    CHECK("prepared ones", uring_unread(u), 3);
    for (unsigned i = 0; i < 3; i++)
        CHECK("a prepared one", uring_peek(u, i)->user_data, 2000 + i);
    uring_seen(u, 3);
}

static void check(int index)
{
    struct uring *u = &rings[index];
    char now[256];
    if (strcmp(kind, "unmapped") == 0) {
        u->ring = NEED(mmap(NULL, u->ring_size, PROT_READ | PROT_WRITE, MAP_SHARED, u->fd, IORING_OFF_SQ_RING));
        u->sqes = NEED(mmap(NULL, u->sqes_size, PROT_READ | PROT_WRITE, MAP_SHARED, u->fd, IORING_OFF_SQES));
        uring_moved(u, old_ring);
    } else {
        guest_vma_flags(u->ring, now, sizeof now);
        CHECK_STRING("flags", now, flags[index][0]);
        guest_vma_flags(u->sqes, now, sizeof now);
        CHECK_STRING("flags", now, flags[index][1]);
    }
    CHECK("head", *u->sq_head, heads[index]);
    CHECK("tail", *u->sq_tail, tails[index]);
    CHECK("completed head", *u->cq_head, cq_heads[index]);
    CHECK("completed tail", *u->cq_tail, cq_tails[index]);
    CHECK("nothing was dropped", *u->sq_dropped, 0);
    CHECK("nothing ran over", *u->cq_overflow, 0);
    check_unread(u, unread[index]);
    if (strcmp(kind, "disabled") == 0) {
        CHECK_ERRNO("disabled", syscall(SYS_io_uring_enter, u->fd, 0, 0, 0, NULL, 0), EBADFD);
        CHECK("enabled", syscall(SYS_io_uring_register, u->fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0), 0);
    }
    if (strcmp(kind, "prepared") == 0)
        check_prepared(u);
    check_requests(u);
    uring_use(u, 10000);
    check_requests(u);
    complete(u, UNREAD);
    check_unread(u, UNREAD);
    CHECK_ERRNO("no such ring", syscall(SYS_io_uring_enter, counter, 0, 0, 0, NULL, 0), EOPNOTSUPP);
}

// Its only thread, where it has one, is not the other.
static void check_stranger(void)
{
    CHECK_ERRNO("another thread", syscall(SYS_io_uring_enter, rings[0].fd, 1, 0, 0, NULL, 0), EEXIST);
}

static void check_all(int unused)
{
    (void)unused;
    for (int i = 0; i < count; i++)
        check(i);
}

void setup(void)
{
    kind = guest_arg(0, "used");
    counter = NEED(eventfd(7, EFD_NONBLOCK));
    by_thread = strcmp(kind, "thread") == 0;
    count = strcmp(kind, "several") == 0 ? MOST : 1;
    if (by_thread)
        guest_start_threads(1, set_up, check_all);
    else
        set_up(0);
    if (strcmp(kind, "unmapped") == 0) {
        old_ring = rings[0].ring;
        NEED(munmap(rings[0].ring, rings[0].ring_size));
        NEED(munmap(rings[0].sqes, rings[0].sqes_size));
    }
    if (strcmp(kind, "watched") == 0) {
        watch = NEED(epoll_create1(0));
        struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = 11};
        NEED(epoll_ctl(watch, EPOLL_CTL_ADD, rings[0].fd, &event));
    }
}

void sabotage(void)
{
    uring_seen(&rings[0], 1);
}

static void check_watch(void)
{
    struct epoll_event event;
    CHECK("unread ones are told of", epoll_wait(watch, &event, 1, 0), 1);
    CHECK("by", event.data.u64, 11);
    CHECK("once", epoll_wait(watch, &event, 1, 0), 0);
    complete(&rings[0], 1);
    CHECK("a new one is told of", epoll_wait(watch, &event, 1, 1000), 1);
    cq_tails[0]++, heads[0]++, tails[0]++;
    CHECK("its number", uring_peek(&rings[0], UNREAD)->user_data, 1000);
    extra = 1;
}

void verify(void)
{
    if (by_thread) {
        check_stranger();
        guest_join_threads();
        return;
    }
    if (watch >= 0)
        check_watch();
    check_all(0);
}
