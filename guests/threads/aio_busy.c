// Threads that always have requests in flight, which end soon: reads of a file, polls of timers. A checkpoint waits for
// them; none is lost, none comes twice.
// guest: reads
// guest: polls
// needs: moving
#include "aio.h"
#include <sys/timerfd.h>

enum { AT_ONCE = 16, BLOCK = 4096, BLOCKS = 256 };
static _Atomic long rounds;
static volatile bool over, cheats;
static aio_context_t context;
static int fd, timers[AT_ONCE];
static char *buffers;
static pthread_t thread;
static bool reads;

static void submit(int slot, uint64_t number)
{
    if (reads) {
        struct iocb read = {.aio_data = number, .aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = fd, .aio_nbytes = BLOCK,
                            .aio_buf = (uintptr_t)buffers + (uintptr_t)slot * BLOCK, .aio_offset = (long)(number % BLOCKS) * BLOCK};
        struct iocb *list = &read;
        memset(buffers + slot * BLOCK, 0, BLOCK);
        CHECK("submitted", syscall(SYS_io_submit, context, 1L, &list), 1);
        return;
    }
    struct itimerspec soon = {.it_value = {0, 1000000 + (long)(number % 7) * 1000000}};
    CHECK("timer", timerfd_settime(timers[slot], 0, &soon, NULL), 0);
    CHECK("submitted", aio_poll(context, timers[slot], number), 1);
}

// Reads events itself, as many programs do: takes them out of the ring, and then says so.
static int reap(struct io_event *events)
{
    struct aio_ring *ring = aio_ring(context);
    unsigned head = ring->head, tail = *(volatile unsigned *)&ring->tail;
    int got = 0;
    while (head != tail && got < AT_ONCE) {
        events[got++] = ring->events[head];
        head = (head + 1) % ring->nr;
    }
    ring->head = head;
    return got != 0 ? got : (int)syscall(SYS_io_getevents, context, 1L, (long)AT_ONCE, events, NULL);
}

static void *run(void *unused)
{
    uint64_t next = 0, waited[AT_ONCE];
    int pending = 0;
    for (int i = 0; i < AT_ONCE; i++, pending++)
        submit(i, waited[i] = next++);
    while (pending > 0) {
        struct io_event events[AT_ONCE];
        int got = reap(events);
        CHECK_RANGE("events", got, 1, AT_ONCE);
        for (int i = 0; i < got; i++) {
            int slot = 0;
            while (slot < AT_ONCE && waited[slot] != events[i].data)
                slot++;
            if (slot == AT_ONCE) {
                guest_fail("an event that nobody waits for: %llu", (unsigned long long)events[i].data);
                return unused;
            }
            CHECK("result", events[i].res, reads ? BLOCK : POLLIN);
            if (reads)
                guest_check_fill("block", buffers + slot * BLOCK, BLOCK, waited[slot] % BLOCKS);
            waited[slot] = UINT64_MAX;
            pending--;
            if (!over) {
                submit(slot, waited[slot] = next++);
                pending++;
            }
        }
        rounds++;
    }
    struct io_event event;
    CHECK("no event is left", aio_events(context, 1, &event), 0);
    CHECK("all slots are free", aio_capacity(context), aio_slots(context) + cheats);
    return unused;
}

void setup(void)
{
    reads = strcmp(guest_arg(0, "reads"), "reads") == 0;
    context = aio_new(AT_ONCE);
    buffers = NEED(mmap(NULL, AT_ONCE * BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (reads) {
        fd = NEED(open(guest_path("blocks"), O_CREAT | O_RDWR, 0600));
        for (int i = 0; i < BLOCKS; i++) {
            guest_fill(buffers, BLOCK, (uint64_t)i);
            CHECK("written", write(fd, buffers, BLOCK), BLOCK);
        }
        NEED(fsync(fd));
        fcntl(fd, F_SETFL, O_DIRECT); // where the file system can
    }
    for (int i = 0; i < AT_ONCE; i++)
        timers[i] = NEED(timerfd_create(CLOCK_MONOTONIC, 0));
    NEED_ZERO(pthread_create(&thread, NULL, run, NULL));
    guest_check_goes_on("rounds", &rounds, 10);
}

void sabotage(void)
{
    cheats = true;
}

void verify(void)
{
    guest_check_goes_on("rounds", &rounds, 10);
    over = true;
    CHECK("join", pthread_join(thread, NULL), 0);
}
