package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_newfstatat;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The modification times of many files, as one quick question: names are made native memory once, and each question opens
 * every directory once and makes one stat(2) a file in it.
 */
public final class ModificationTimes {
    private static final int STATUS_BYTES = 144;
    private static final int MTIME = 88;
    private static final int MTIME_NANOS = 96;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment status = arena.allocate(STATUS_BYTES, 8);
    private final List<Directory> directories = new ArrayList<>();

    /** @param names the addresses of names in it */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Directory(String path, long[] names) {}

    /** Of {@code paths}, absolute ones, symbolic links followed; their chars are bytes (ISO 8859-1). */
    public ModificationTimes(Collection<String> paths) {
        Map<String, List<String>> files = new LinkedHashMap<>();
        for (String path : paths) {
            int slash = path.lastIndexOf('/');
            files.computeIfAbsent(path.substring(0, slash + 1), _ -> new ArrayList<>())
                    .add(path.substring(slash + 1));
        }
        files.forEach((directory, names) -> directories.add(new Directory(
                directory,
                names.stream()
                        .mapToLong(name -> Native.path(arena, name).address())
                        .toArray())));
    }

    /** Whether one was modified after {@code nanos} since the epoch; one that is gone or out of reach counts as modified. */
    public boolean isAnyAfter(long nanos) {
        for (Directory directory : directories) {
            try (Fd open = Fd.open(directory.path, Fcntl.O_PATH | Fcntl.O_DIRECTORY, 0)) {
                for (long name : directory.names) {
                    if (isAfter(nanos, open, name)) {
                        return true;
                    }
                }
            } catch (KernelException gone) {
                return true;
            }
        }
        return false;
    }

    private boolean isAfter(long nanos, Fd directory, long name) {
        return Door.isError(Door.call(SYS_newfstatat, directory.number(), name, status.address(), 0))
                || status.get(JAVA_LONG, MTIME) * NANOS_PER_SECOND + status.get(JAVA_LONG, MTIME_NANOS) > nanos;
    }
}
