package dev.reprise.image.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A directory of images that have each page once.
 *
 * <pre>
 *   reprise-store        "1" and a line feed
 *   lock                 held, shared, by those who write and delete, alone by who collects garbage
 *   images/NAME          a {@link Recipe}
 *   packs/N, N.index     pages; their keys of 16 bytes, in order
 * </pre>
 */
public final class ImageStore {
    static final FileAttribute<Set<PosixFilePermission>> OWN_FILE = attribute("rw-------");
    private static final FileAttribute<Set<PosixFilePermission>> OWN_DIRECTORY = attribute("rwx------");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,199}");
    /** What there is of a store before it is one. */
    private static final Set<String> BEGINNING = Set.of("images", "packs", "lock", "reprise-store.part");

    private static final String VERSION = "1\n";

    private final Path directory;

    private ImageStore(Path directory) {
        this.directory = directory;
    }

    private static FileAttribute<Set<PosixFilePermission>> attribute(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }

    /**
     * An image of a store.
     *
     * @param name what it is called there
     * @param bytes how large it is by itself
     * @param complete when it was complete
     */
    public record Entry(String name, long bytes, FileTime complete) {}

    /** Whether a text can be a name: up to 200 letters, digits and {@code _.-}, the first one of the first three. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Opens a store that is there. */
    public static ImageStore open(Path directory) throws IOException {
        Path mark = directory.resolve("reprise-store");
        if (!Files.exists(mark)) {
            throw new IOException(directory + ": no store of images");
        }
        if (!Files.readString(mark).equals(VERSION)) {
            throw new IOException(directory + ": a store of another version than this tool knows");
        }
        return new ImageStore(directory);
    }

    /** The same; where nothing is, or an empty directory, one is made: only its owner may look into it. */
    public static ImageStore openOrCreate(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, OWN_DIRECTORY);
        } catch (FileAlreadyExistsException there) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(
                    directory, file -> !BEGINNING.contains(file.getFileName().toString()))) {
                if (files.iterator().hasNext()) {
                    return open(directory);
                }
            }
        }
        for (String part : List.of("images", "packs")) {
            Files.createDirectories(directory.resolve(part), OWN_DIRECTORY);
        }
        try {
            Files.createFile(directory.resolve("lock"), OWN_FILE);
        } catch (FileAlreadyExistsException begun) {
            // by somebody who makes the same store, or died at that
        }
        write(directory.resolve("reprise-store"), VERSION.getBytes(StandardCharsets.US_ASCII), true);
        return open(directory);
    }

    Path images() {
        return directory.resolve("images");
    }

    Path packs() {
        return directory.resolve("packs");
    }

    StoreLock lock(boolean isShared) throws IOException {
        return StoreLock.of(directory.resolve("lock"), isShared);
    }

    /** All images that are complete, the oldest first. */
    public List<Entry> list() throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(images(), file -> isName(file.getFileName() + ""))) {
            for (Path file : files) {
                try {
                    FileTime complete = Files.getLastModifiedTime(file);
                    entries.add(new Entry(file.getFileName() + "", Recipe.length(file), complete));
                } catch (NoSuchFileException deleted) {
                    // since it was listed
                }
            }
        }
        entries.sort(Comparator.comparing(Entry::complete).thenComparing(Entry::name));
        return entries;
    }

    /** The bytes that all files of it take. */
    public long bytes() throws IOException {
        long bytes = 0;
        for (Path part : List.of(images(), packs())) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(part)) {
                for (Path file : files) {
                    bytes += Files.size(file);
                }
            }
        }
        return bytes;
    }

    /** The newest one's name. */
    public String newest() throws IOException {
        List<Entry> entries = list();
        if (entries.isEmpty()) {
            throw new IOException(directory + ": the store has no image");
        }
        return entries.getLast().name();
    }

    /** The lowest number above all that are names. */
    public String nextName() throws IOException {
        long highest = 0;
        for (Entry entry : list()) {
            if (entry.name().matches("[0-9]{1,18}")) {
                highest = Math.max(highest, Long.parseLong(entry.name()));
            }
        }
        return Long.toString(highest + 1);
    }

    /** An image, byte for byte as it was put there. It stays whole though it is given up meanwhile. */
    public ReadableByteChannel read(String name) throws IOException {
        if (!Files.exists(image(name))) {
            throw new IOException(directory + ": the store has no image " + name);
        }
        try {
            return new StoredImage(image(name), packs());
        } catch (NoSuchFileException moved) {
            return new StoredImage(image(name), packs()); // garbage was collected between recipe and packs
        }
    }

    private Path image(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException("no name: " + name);
        }
        return images().resolve(name);
    }

    /** A channel into which an image is to be written; closing it gives it its name, the next number for an empty one. */
    public StoreWriter write(String name, boolean sync) throws IOException {
        if (!name.isEmpty() && !isName(name)) {
            throw new IllegalArgumentException("no name: " + name);
        }
        StoreLock lock = lock(true);
        try {
            return new StoreWriter(this, name, sync, lock);
        } catch (IOException failure) {
            lock.close();
            throw failure;
        }
    }

    /** Gives up an image; its pages stay until garbage is collected. */
    public void delete(String name) throws IOException {
        try (StoreLock _ = lock(true)) { // who collects garbage would bring it back
            Files.delete(image(name));
        }
    }

    /** Deletes the pages that no image has any more; how many bytes are free again. */
    public long collect() throws IOException {
        try (StoreLock _ = lock(false)) {
            return new Garbage(this).collect();
        }
    }

    // By rename.
    static void write(Path file, byte[] content, boolean sync) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.deleteIfExists(part);
        try (FileChannel out =
                FileChannel.open(part, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWN_FILE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            if (sync) {
                out.force(true);
            }
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    static OutputStream newFile(Path file) throws IOException {
        Files.deleteIfExists(file);
        return Channels.newOutputStream(
                FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWN_FILE));
    }

    static void syncFile(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
