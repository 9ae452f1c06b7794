package dev.reprise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Ranges of another process's memory, as process_vm_readv(2) wants them; to be filled again and again. */
public final class RemoteVector {
    /** The most ranges that one call takes (UIO_MAXIOV). */
    public static final int MAX = 1024;

    private static final int IOVEC = 16;

    private final MemorySegment iovecs;
    private int size;
    private long bytes;

    public RemoteVector(Arena arena) {
        iovecs = arena.allocate((long) IOVEC * MAX, 8);
    }

    /** Empties it. */
    public void clear() {
        size = 0;
        bytes = 0;
    }

    /** Adds a range; there must be room. */
    public void add(RemoteAddress start, long length) {
        long at = (long) IOVEC * size++;
        iovecs.set(JAVA_LONG, at, start.value());
        iovecs.set(JAVA_LONG, at + 8, length);
        bytes += length;
    }

    /** The number of ranges. */
    public int size() {
        return size;
    }

    /** Whether another range has room. */
    public boolean hasRoom() {
        return size < MAX;
    }

    /** The length of all ranges. */
    public long bytes() {
        return bytes;
    }

    long address() {
        return iovecs.address();
    }

    /** The address {@code bytes} into the ranges. */
    RemoteAddress at(long bytes) {
        long left = bytes;
        for (int i = 0; i < size; i++) {
            long length = iovecs.get(JAVA_LONG, (long) IOVEC * i + 8);
            if (left < length) {
                return new RemoteAddress(iovecs.get(JAVA_LONG, (long) IOVEC * i) + left);
            }
            left -= length;
        }
        return new RemoteAddress(0);
    }
}
