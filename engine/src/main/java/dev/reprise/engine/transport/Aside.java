package dev.reprise.engine.transport;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A regular file that is written aside in its directory: it gets its name when it is complete, or goes. */
public final class Aside implements AutoCloseable {
    private final Path target;
    private final Path path;
    private final boolean sync;
    private final FileChannel file;
    private final @Nullable Draft draft;
    private boolean isOver;

    private Aside(Path target, Path path, boolean sync, FileChannel file, @Nullable Draft draft) {
        this.target = target;
        this.path = path;
        this.sync = sync;
        this.file = file;
        this.draft = draft;
    }

    /**
     * Creates it.
     *
     * @param target what it is to be called
     * @param sync whether it is on the disk before it gets its name
     * @param permissions for example {@code rw-------}
     */
    public static Aside create(Path target, boolean sync, String permissions) throws IOException {
        Path absolute = target.toAbsolutePath();
        Path real = Files.exists(absolute) ? absolute.toRealPath() : absolute;
        if (Files.exists(real) && !Files.isRegularFile(real)) {
            throw new IOException(target + " is no regular file: nothing takes its place"); // a device
        }
        if (Kept.isPlace(real)) {
            return ofDraft(Draft.create(real, permissions), real);
        }
        Path aside = Leftover.aside(real, Leftover.PART);
        FileChannel file = FileChannel.open(
                aside,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
        return new Aside(real, aside, sync, file, null);
    }

    private static Aside ofDraft(Draft draft, Path target) throws IOException {
        try {
            FileChannel file = FileChannel.open(draft.path(), StandardOpenOption.READ, StandardOpenOption.WRITE);
            return new Aside(target, draft.path(), false, file, draft);
        } catch (Throwable e) {
            draft.close();
            throw e;
        }
    }

    /** What it will be called. */
    public Path target() {
        return target;
    }

    /** What it is called until then. */
    public Path path() {
        return path;
    }

    /** Its contents. */
    public FileChannel file() {
        return file;
    }

    /** It is complete: on the disk, if that was wanted, and under its name; nobody has it open for writing then. */
    public void publish() throws IOException {
        publish(Witness.NONE);
    }

    /** The same, when {@code witness} has seen it. */
    void publish(Witness witness) throws IOException {
        if (sync) {
            file.force(true);
        }
        file.close();
        witness.see(path);
        if (draft != null) {
            draft.publish().ifPresent(witness::warn);
        } else {
            Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
        }
        isOver = true;
        if (sync) {
            syncDirectory();
        }
    }

    private void syncDirectory() throws IOException {
        Path parent = target.getParent();
        if (parent != null) {
            try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
                directory.force(true);
            }
        }
    }

    /** Deletes what has not been published. */
    @Override
    public void close() {
        if (isOver) {
            return;
        }
        isOver = true;
        // Both are tried: a file that cannot be deleted must still not keep a descriptor.
        try (file) {
            if (draft != null) {
                draft.close();
            } else {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            System.getLogger(Aside.class.getName()).log(System.Logger.Level.WARNING, "left behind: " + path, e);
        }
    }
}
