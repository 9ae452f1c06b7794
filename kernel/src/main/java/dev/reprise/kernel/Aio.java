package dev.reprise.kernel;

/**
 * linux/aio_abi.h, and the ring that a context shares with its process (fs/aio.c).
 *
 * <pre>
 * struct aio_ring  { u32 id, nr, head, tail, magic, compat_features, incompat_features, header_length; io_event events[nr] }
 * struct io_event  { u64 data, obj; s64 res, res2 }
 * struct iocb      { u64 aio_data; u32 aio_key, aio_rw_flags; u16 aio_lio_opcode; s16 aio_reqprio; u32 aio_fildes; u64 aio_buf, ... }
 * </pre>
 */
public final class Aio {
    /** How the path of a ring's mapping begins. */
    public static final String PATH = "/[aio]";

    public static final int RING_NR = 4;
    public static final int RING_HEAD = 8;
    public static final int RING_TAIL = 12;
    public static final int RING_MAGIC = 16;
    public static final int RING_INCOMPAT = 24;
    public static final int RING_HEADER = 28;
    public static final int MAGIC = 0xa10a10a1;
    public static final int HEADER_SIZE = 32;
    public static final int EVENT_SIZE = 32;

    public static final int IOCB_SIZE = 64;
    public static final int IOCB_OPCODE = 16;
    public static final int IOCB_DESCRIPTOR = 20;
    public static final int IOCB_BUFFER = 24;
    public static final int IOCB_CMD_POLL = 5;

    private static final int PAGE = 4096;
    private static final int BATCHES = 4;

    private Aio() {}

    /** The events that a ring of so many bytes holds, one of them always unused. */
    public static int events(long bytes) {
        return Math.toIntExact((bytes - HEADER_SIZE) / EVENT_SIZE);
    }

    /** The requests that a context can have in flight or unread: it gives them to the processors in batches. */
    public static long slots(long events, int possibleProcessors) {
        long all = events - 1;
        return all - all % Math.max(1, all / ((long) BATCHES * possibleProcessors));
    }

    /** The fewest requests that make a ring of so many bytes wherever that is possible (aio_setup_ring). */
    public static long requests(long bytes) {
        // twice as many and two more, behind the header, begin the last page
        return Math.max(1, (bytes - PAGE) / EVENT_SIZE / 2 - 1);
    }
}
