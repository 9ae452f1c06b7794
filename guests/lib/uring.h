// io_uring by its system calls, in the way of liburing: with own copies of the submission queue's positions.
#ifndef URING_H
#define URING_H

#include "guest.h"
#include <linux/io_uring.h>
#include <poll.h>
#include <sys/eventfd.h>

// Younger than the headers of some systems.
enum { URING_NO_SQARRAY = 1 << 16 };

struct uring {
    int fd;
    unsigned flags, sq_entries, cq_entries, sqe_size, cqe_size;
    size_t ring_size, sqes_size;
    char *ring, *sqes;
    _Atomic unsigned *sq_head, *sq_tail, *cq_head, *cq_tail;
    unsigned *array, *cq_overflow, *sq_dropped;
    char *cqes;
    unsigned prepared; // the program's own copy of where the next entry goes
};

static inline void uring_map(struct uring *u, const struct io_uring_params *p)
{
    u->ring = NEED(mmap(NULL, u->ring_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, u->fd, IORING_OFF_SQ_RING));
    u->sqes = NEED(mmap(NULL, u->sqes_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, u->fd, IORING_OFF_SQES));
    u->sq_head = (void *)(u->ring + p->sq_off.head);
    u->sq_tail = (void *)(u->ring + p->sq_off.tail);
    u->sq_dropped = (void *)(u->ring + p->sq_off.dropped);
    u->cq_head = (void *)(u->ring + p->cq_off.head);
    u->cq_tail = (void *)(u->ring + p->cq_off.tail);
    u->cq_overflow = (void *)(u->ring + p->cq_off.overflow);
    u->cqes = u->ring + p->cq_off.cqes;
    u->array = u->flags & URING_NO_SQARRAY ? NULL : (void *)(u->ring + p->sq_off.array);
    for (unsigned i = 0; u->array && i < u->sq_entries; i++)
        u->array[i] = i;
}

// cq_entries 0: the usual number.
static inline void uring_setup(struct uring *u, unsigned entries, unsigned cq_entries, unsigned flags)
{
    struct io_uring_params p = {.flags = flags | (cq_entries ? IORING_SETUP_CQSIZE : 0), .cq_entries = cq_entries};
    int fd = syscall(SYS_io_uring_setup, entries, &p);
    if (fd < 0)
        guest_skip("io_uring_setup with flags %#x: %s", flags, strerror(errno));
    *u = (struct uring){.fd = fd, .flags = flags, .sq_entries = p.sq_entries, .cq_entries = p.cq_entries};
    u->sqe_size = flags & IORING_SETUP_SQE128 ? 128 : 64;
    u->cqe_size = flags & IORING_SETUP_CQE32 ? 32 : 16;
    size_t without = p.cq_off.cqes + (size_t)u->cq_entries * u->cqe_size;
    size_t with = p.sq_off.array + u->sq_entries * sizeof(unsigned);
    u->ring_size = flags & URING_NO_SQARRAY || without > with ? without : with;
    u->sqes_size = (size_t)u->sq_entries * u->sqe_size;
    uring_map(u, &p);
}

// Its memory is elsewhere now.
static inline void uring_moved(struct uring *u, const char *old)
{
    ptrdiff_t by = u->ring - old;
    u->sq_head = (void *)((char *)u->sq_head + by);
    u->sq_tail = (void *)((char *)u->sq_tail + by);
    u->sq_dropped = (void *)((char *)u->sq_dropped + by);
    u->cq_head = (void *)((char *)u->cq_head + by);
    u->cq_tail = (void *)((char *)u->cq_tail + by);
    u->cq_overflow = (void *)((char *)u->cq_overflow + by);
    u->cqes += by;
    if (u->array != NULL)
        u->array = (void *)((char *)u->array + by);
}

// The next entry, cleared; it must have room.
static inline struct io_uring_sqe *uring_next(struct uring *u)
{
    if (u->prepared - *u->sq_head >= u->sq_entries)
        guest_die("no room in the submission queue");
    char *entry = u->sqes + (u->prepared++ & (u->sq_entries - 1)) * (size_t)u->sqe_size;
    memset(entry, 0, u->sqe_size);
    return (void *)entry;
}

static inline void uring_nop(struct uring *u, uint64_t number, unsigned char flags)
{
    *uring_next(u) = (struct io_uring_sqe){.opcode = IORING_OP_NOP, .flags = flags, .user_data = number};
}

// Hands over what is prepared, and waits for so many completions.
static inline long uring_submit(struct uring *u, unsigned wait)
{
    unsigned count = u->prepared - *u->sq_tail;
    *u->sq_tail = u->prepared;
    return syscall(SYS_io_uring_enter, u->fd, count, wait, IORING_ENTER_GETEVENTS, NULL, 0);
}

static inline unsigned uring_unread(const struct uring *u)
{
    return *u->cq_tail - *u->cq_head;
}

static inline struct io_uring_cqe *uring_peek(const struct uring *u, unsigned index)
{
    return (void *)(u->cqes + ((*u->cq_head + index) & (u->cq_entries - 1)) * (size_t)u->cqe_size);
}

static inline void uring_seen(struct uring *u, unsigned count)
{
    *u->cq_head += count;
}

// So many requests come and go, as many at a time as the queues hold.
static inline void uring_use(struct uring *u, unsigned long count)
{
    while (count > 0) {
        unsigned many = count < u->sq_entries ? count : u->sq_entries;
        many = many < u->cq_entries ? many : u->cq_entries;
        for (unsigned i = 0; i < many; i++)
            uring_nop(u, count - i, 0);
        if (uring_submit(u, many) != (long)many || uring_unread(u) != many)
            guest_die("NOPs: %u unread of %u", uring_unread(u), many);
        uring_seen(u, many);
        count -= many;
    }
}

#endif
