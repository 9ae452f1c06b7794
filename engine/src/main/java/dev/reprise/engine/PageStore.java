package dev.reprise.engine;

import dev.reprise.image.store.ImageStore;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;

/**
 * Directories of images that have each page once: a series of checkpoints of one program costs what has changed between them. The
 * form is that of docs/store.md.
 */
public final class PageStore {
    private PageStore() {}

    /**
     * An image that is kept.
     *
     * @param name what it is called
     * @param bytes how large it is by itself
     * @param complete when it was complete
     */
    public record Entry(String name, long bytes, FileTime complete) {}

    /** Whether a text can be a name: up to 200 letters, digits and {@code _.-}, the first one of the first three. */
    public static boolean isName(String text) {
        return ImageStore.isName(text);
    }

    /**
     * A channel for an image; a directory that is missing or empty becomes a store. When it is closed the image is there, in the place of any of
     * this name; if not all of it has come that fails, and nothing of it is there.
     *
     * @param name empty: the next number
     * @param sync whether it is on the disk then
     */
    public static WritableByteChannel create(Path directory, String name, boolean sync) throws IOException {
        return ImageStore.openOrCreate(directory).write(name, sync);
    }

    /** An image, byte for byte as it was put there; with an empty name the newest. It stays whole though it is given up meanwhile. */
    public static ReadableByteChannel open(Path directory, String name) throws IOException {
        ImageStore store = ImageStore.open(directory);
        return store.read(name.isEmpty() ? store.newest() : name);
    }

    /** All images that are complete, the oldest first. */
    public static List<Entry> list(Path directory) throws IOException {
        return ImageStore.open(directory).list().stream()
                .map(entry -> new Entry(entry.name(), entry.bytes(), entry.complete()))
                .toList();
    }

    /** Gives up an image; its pages stay until they are {@link #collect}ed. */
    public static void delete(Path directory, String name) throws IOException {
        ImageStore.open(directory).delete(name);
    }

    /** Deletes the pages that no image has; how many bytes are free again. */
    public static long collect(Path directory) throws IOException {
        return ImageStore.open(directory).collect();
    }
}
