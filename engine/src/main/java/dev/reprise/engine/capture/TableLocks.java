package dev.reprise.engine.capture;

import dev.reprise.image.state.FileLock;
import dev.reprise.kernel.FdInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The locks of one descriptor table, each once: those of flock(2) and OFD belong to a description, those of POSIX to the
 * process, and fdinfo shows the latter with each descriptor of the file.
 */
final class TableLocks {
    private record File(long inode, int mount) {}

    private final List<FileLock> locks = new ArrayList<>(0);
    private final Set<File> seen = new HashSet<>();

    /** Those shown with a descriptor; {@code isFirst}: it stands for its description, in all of the set. */
    void add(int number, FdInfo info, boolean isFirst) {
        boolean isFirstOfFile = seen.add(new File(info.inode(), info.mountId()));
        for (FileLock lock : FileLocks.of(number, info.lines())) {
            if (lock.kind() == FileLock.Kind.POSIX ? isFirstOfFile : isFirst) {
                locks.add(lock);
            }
        }
    }

    /** All of them, by descriptor. */
    List<FileLock> all() {
        return locks;
    }
}
