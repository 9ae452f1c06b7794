package dev.reprise.engine.transport;

import dev.reprise.kernel.Flock;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * A file in a directory of images in memory that is written aside until it is complete. Its writer has a lock on it as long as it lives: nobody else takes it
 * for a leftover, from wherever they look.
 */
public final class Draft implements AutoCloseable {
    private final Path path;
    private final Path target;
    private final Flock isWritten;
    private boolean isOver;

    private Draft(Path path, Path target, Flock isWritten) {
        this.path = path;
        this.target = target;
        this.isWritten = isWritten;
    }

    /** Creates the file aside of what is to be {@code target}, which lies {@linkplain Kept#isPlace there}; nobody else may read it. */
    public static Draft create(Path target) throws IOException {
        return create(target, Images.OWN);
    }

    /** The same with permissions such as {@code rwx------}. */
    static Draft create(Path target, String permissions) throws IOException {
        Path absolute = Kept.parent(target).toRealPath().resolve(target.getFileName());
        Path path = Leftover.aside(absolute, Leftover.PART);
        try (Turn _ = Turn.take(Kept.parent(absolute))) { // or somebody might come before there is a lock on it
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
            return new Draft(path, absolute, locked(path));
        }
    }

    private static Flock locked(Path path) throws IOException {
        try {
            Flock lock = Flock.take(Native.chars(path));
            if (lock != null) {
                return lock;
            }
            throw new IOException(path + " is locked by somebody else");
        } catch (KernelException | IOException failure) {
            Files.deleteIfExists(path);
            throw failure instanceof IOException io ? io : new IOException(failure.getMessage(), failure);
        }
    }

    /** What it is called until it is complete. */
    public Path path() {
        return path;
    }

    /**
     * It is complete: it gets its name, and what had that goes, with its twins. When it has the name, nothing fails any more: what has been left of
     * the other is told.
     *
     * @throws IOException it has not got its name; all is as it was
     */
    public Optional<String> publish() throws IOException {
        Path displaced;
        try (Turn _ = Turn.take(Kept.parent(target))) {
            Settling.decide(Kept.parent(target)); // so that what others left unnamed does not come after this
            displaced = Settling.name(path, target);
            isOver = true;
            isWritten.close();
        }
        return displaced == null ? Optional.empty() : Settling.leftOf(displaced);
    }

    /** Deletes what has not been published. */
    @Override
    public void close() throws IOException {
        if (!isOver) {
            isOver = true;
            try (isWritten) {
                Files.deleteIfExists(path);
            }
        }
    }
}
