// Linux AIO by its system calls, and the ring that a context shares with its process.
#ifndef AIO_H
#define AIO_H

#include "guest.h"
#include <linux/aio_abi.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>

struct aio_ring {
    unsigned id, nr, head, tail, magic, compat, incompat, header;
    struct io_event events[];
};

static inline aio_context_t aio_new(unsigned requests)
{
    aio_context_t context = 0;
    NEED(syscall(SYS_io_setup, requests, &context));
    return context;
}

static inline struct aio_ring *aio_ring(aio_context_t context)
{
    return (struct aio_ring *)context;
}

// A poll of a descriptor; its event has this number.
static inline long aio_poll(aio_context_t context, int fd, uint64_t number)
{
    struct iocb poll = {.aio_data = number, .aio_lio_opcode = IOCB_CMD_POLL, .aio_fildes = fd, .aio_buf = POLLIN};
    struct iocb *list = &poll;
    return syscall(SYS_io_submit, context, 1L, &list);
}

// What is there, without waiting.
static inline long aio_events(aio_context_t context, long most, struct io_event *events)
{
    struct timespec none = {0, 0};
    return syscall(SYS_io_getevents, context, 0L, most, events, &none);
}

// The requests that a context without any takes, on whatever processor; they are gone afterwards.
static inline long aio_capacity(aio_context_t context)
{
    cpu_set_t own, one;
    int waiting = eventfd(0, 0);
    long count = 0;
    sched_getaffinity(0, sizeof own, &own);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        if (CPU_ISSET(cpu, &own) && sched_setaffinity(0, sizeof one, &one) == 0)
            while (aio_poll(context, waiting, 0) == 1)
                count++;
    }
    sched_setaffinity(0, sizeof own, &own);
    uint64_t add = 1;
    long ended = write(waiting, &add, sizeof add) == sizeof add ? 0 : -1;
    struct io_event events[64];
    for (long got = 1; got > 0 && ended >= 0; ended += got)
        got = aio_events(context, 64, events);
    close(waiting);
    return ended == count ? count : -1;
}

// nr - 1 slots, given out in batches: four for each processor that there can be.
static inline long aio_slots(aio_context_t context)
{
    long all = aio_ring(context)->nr - 1;
    long batch = all / (4 * sysconf(_SC_NPROCESSORS_CONF));
    return all - all % (batch > 1 ? batch : 1);
}

#endif
