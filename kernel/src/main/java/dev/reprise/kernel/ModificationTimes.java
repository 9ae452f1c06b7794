package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_newfstatat;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;

/**
 * The modification times of many files, as one quick question: paths are made native memory once, and each question is
 * one stat(2) a file, a microsecond, and nothing else.
 */
public final class ModificationTimes {
    private static final int STATUS_BYTES = 144;
    private static final int MTIME = 88;
    private static final int MTIME_NANOS = 96;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment status = arena.allocate(STATUS_BYTES, 8);
    private final long[] paths;

    /** Of {@code paths}, symbolic links followed; their chars are bytes (ISO 8859-1). */
    public ModificationTimes(Collection<String> paths) {
        this.paths = paths.stream()
                .mapToLong(path -> Native.path(arena, path).address())
                .toArray();
    }

    /** Whether one was modified after {@code nanos} since the epoch; one that is gone or out of reach counts as modified. */
    public boolean isAnyAfter(long nanos) {
        for (long path : paths) {
            if (Door.isError(Door.call(SYS_newfstatat, Fd.AT_FDCWD, path, status.address(), 0)) || mtime() > nanos) {
                return true;
            }
        }
        return false;
    }

    private long mtime() {
        return status.get(JAVA_LONG, MTIME) * NANOS_PER_SECOND + status.get(JAVA_LONG, MTIME_NANOS);
    }
}
