package dev.reprise.engine.capture;

import dev.reprise.image.state.FileLock;
import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.FdInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The locks of one descriptor table, each once: those of flock(2) and OFD belong to a description, those of POSIX to the
 * process, and fdinfo shows the latter with each descriptor of the description by which they were set.
 */
final class TableLocks {
    private final List<FileLock> locks = new ArrayList<>(0);
    private final Set<ObjectId> seen = new HashSet<>();

    /** Those shown with a descriptor of the description {@code file}; {@code isFirst}: it stands for that, in all of the set. */
    void add(int number, ObjectId file, FdInfo info, boolean isFirst) {
        boolean isFirstHere = seen.add(file);
        for (FileLock lock : FileLocks.of(number, info.lines())) {
            if (lock.kind() == FileLock.Kind.POSIX ? isFirstHere : isFirst) {
                locks.add(lock);
            }
        }
    }

    /** All of them, by descriptor. */
    List<FileLock> all() {
        return locks;
    }
}
