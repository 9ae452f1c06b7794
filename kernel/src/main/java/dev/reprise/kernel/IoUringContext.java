package dev.reprise.kernel;

import dev.reprise.kernel.Btf.Place;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What the kernel knows of one io_uring, as {@link IoUringContexts} has read it. */
public final class IoUringContext {
    /** Behind the fields. */
    static final int FREE = IoUringField.values().length;

    static final int ADDRESS = FREE + 1;
    static final int FILE = FREE + 2;
    static final int SLOTS = FREE + 3;

    private static final int NO_NAPI = 255;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int PAGE = 4096;

    private final Map<IoUringField, Long> values = new EnumMap<>(IoUringField.class);
    private final int overflow;
    private final long free;
    private final long address;
    private final long file;

    IoUringContext(ByteBuffer told, Map<IoUringField, Place> places) {
        for (Map.Entry<IoUringField, Place> place : places.entrySet()) {
            values.put(
                    place.getKey(),
                    place.getValue().of(told.getLong(Long.BYTES * place.getKey().slot())));
        }
        Place list = places.get(IoUringField.OVERFLOW);
        overflow = list == null ? 0 : list.offset();
        free = told.getLong(Long.BYTES * FREE);
        address = told.getLong(Long.BYTES * ADDRESS);
        file = told.getLong(Long.BYTES * FILE);
    }

    private long get(IoUringField field) {
        return values.getOrDefault(field, 0L);
    }

    /** IORING_SETUP_*, as it was made or enabled. */
    public int flags() {
        return (int) get(IoUringField.FLAGS);
    }

    public int sqEntries() {
        return (int) get(IoUringField.SQ_ENTRIES);
    }

    public int cqEntries() {
        return (int) get(IoUringField.CQ_ENTRIES);
    }

    /** How many submissions the kernel has taken, modulo 2^32. */
    public int sqPosition() {
        return (int) get(IoUringField.SQ_POSITION);
    }

    /** How many completions it has given. */
    public int cqPosition() {
        return (int) get(IoUringField.CQ_POSITION);
    }

    /** Requests that have not ended. */
    public long inFlight() {
        return get(IoUringField.ALLOCATED) - free;
    }

    /** Whether something is to be done yet, without a request. */
    public boolean hasWork() {
        return get(IoUringField.WORK) != 0 || get(IoUringField.WORK_AGAIN) != 0;
    }

    /** Whether completions wait for room in the ring. */
    public boolean hasOverflown() {
        return get(IoUringField.OVERFLOW) != address + overflow;
    }

    /** The task (an address of the kernel's) that alone may submit; 0: any, or none yet. */
    public long submitter() {
        return get(IoUringField.SUBMITTER);
    }

    /** Where the array of indexes begins in the memory of the ring; 0: there is none. */
    public int arrayOffset() {
        long array = get(IoUringField.ARRAY);
        return array == 0 ? 0 : (int) (array - get(IoUringField.RINGS));
    }

    /** The size of the memory that both rings share, in bytes; 0: it is the program's own. */
    public long ringBytes() {
        return get(IoUringField.RING_PAGES) * PAGE;
    }

    /** The size of the submission entries, in bytes. */
    public long entryBytes() {
        return get(IoUringField.ENTRY_PAGES) * PAGE;
    }

    /** The clock of timeouts while waiting, CLOCK_*. */
    public int clock() {
        return (int) get(IoUringField.CLOCK);
    }

    /** What is registered with it, by name. */
    public List<String> registered() {
        List<String> names = new ArrayList<>(0);
        add(names, IoUringField.EVENT, "an eventfd");
        add(names, IoUringField.FILES, "files");
        add(names, IoUringField.BUFFERS, "buffers");
        add(names, IoUringField.BUFFER_GROUPS, "groups of buffers");
        add(names, IoUringField.PERSONALITIES, "personalities");
        add(names, IoUringField.RESTRICTED, "restrictions");
        add(names, IoUringField.RECEIVERS, "zero-copy receivers");
        add(names, IoUringField.PARAMETERS, "a region of parameters");
        add(names, IoUringField.WORKER_LIMITS, "limits of workers");
        add(names, IoUringField.COMPATIBLE, "32-bit calls");
        if (get(IoUringField.NAPI) != NO_NAPI) {
            names.add("busy polling");
        }
        if (clock() != CLOCK_MONOTONIC) {
            names.add("a clock");
        }
        return names;
    }

    private void add(List<String> names, IoUringField field, String name) {
        if (get(field) != 0) {
            names.add(name);
        }
    }

    /** The open file's address. */
    public long file() {
        return file;
    }
}
