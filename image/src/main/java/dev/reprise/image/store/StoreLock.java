package dev.reprise.image.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A hold on a store: of the processes that write into it, one each, or of one alone. Readers need none. */
final class StoreLock implements AutoCloseable {
    private final FileChannel file;

    private StoreLock(FileChannel file) {
        this.file = file;
    }

    /** Takes it, or throws that somebody else has it. */
    static StoreLock of(Path path, boolean isShared) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = file.tryLock(0, Long.MAX_VALUE, isShared);
            if (lock != null) {
                return new StoreLock(file);
            }
        } catch (OverlappingFileLockException ours) {
            // as any other's
        }
        file.close();
        throw new IOException(path.getParent() + ": somebody else is at work in the store");
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
