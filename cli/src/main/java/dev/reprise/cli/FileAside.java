package dev.reprise.cli;

import dev.reprise.engine.MemoryStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A small file for the user (--stats, --pidfile) that appears under its name only when complete. It is created aside
 * before anything else is done, so that an unwritable directory is found in time. A device or a FIFO is written to, never replaced.
 */
final class FileAside implements AutoCloseable {
    private final Path file;
    private final Path aside;
    private final MemoryStore.@Nullable Part part;
    private String warning = "";

    private FileAside(Path file, Path aside, MemoryStore.@Nullable Part part) {
        this.file = file;
        this.aside = aside;
        this.part = part;
    }

    /** Prepares {@code file}, which is no image; nothing for null. */
    static @Nullable FileAside prepareIfAny(@Nullable Path file) throws IOException {
        if (file != null && MemoryStore.isPlace(file.toAbsolutePath())) {
            throw new IOException("mem:" + file.getFileName() + " is the name of an image: it takes nothing else");
        }
        return file == null ? null : prepare(file);
    }

    /** Prepares {@code file}. */
    static FileAside prepare(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path directory = absolute.getParent();
        if (directory == null || Files.isDirectory(absolute)) {
            throw new IOException(file + ": is a directory");
        }
        try {
            if (MemoryStore.isPlace(absolute)) {
                MemoryStore.Part part = MemoryStore.part(absolute);
                return new FileAside(absolute, part.path(), part);
            }
            if (Files.exists(absolute) && !Files.isRegularFile(absolute)) {
                if (!Files.isWritable(absolute)) {
                    throw new IOException("permission denied");
                }
                return new FileAside(absolute, absolute, null);
            }
            return new FileAside(absolute, Files.createTempFile(directory, ".reprise", ".part"), null);
        } catch (IOException denied) {
            throw new IOException(file + ": cannot be created (" + Failures.text(denied) + ")", denied);
        }
    }

    /** What is to be in a file. */
    @FunctionalInterface
    interface Content {
        void to(WritableByteChannel file) throws IOException;
    }

    /** Lets the file appear with some content; only its owner may read it. */
    void write(Content content) throws IOException {
        try (WritableByteChannel out = FileChannel.open(aside, StandardOpenOption.WRITE)) {
            content.to(out);
        }
        publish();
    }

    /** Lets the file appear with this text. */
    void write(String text) throws IOException {
        Files.writeString(aside, text, StandardOpenOption.WRITE);
        publish();
    }

    private void publish() throws IOException {
        if (part != null) {
            warning = part.publish().orElse("");
        } else if (!aside.equals(file)) {
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** What went wrong although the file is there; empty: nothing. */
    String warning() {
        return warning;
    }

    @Override
    public void close() throws IOException {
        if (part != null) {
            part.close();
        } else if (!aside.equals(file)) {
            Files.deleteIfExists(aside);
        }
    }
}
