package dev.reprise.engine;

import dev.reprise.engine.transport.Draft;
import dev.reprise.engine.transport.Images;
import dev.reprise.engine.transport.Kept;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Images that are kept in memory under a name: files in a directory of the user's own on a tmpfs (/dev/shm). They are there
 * until they are deleted, or the machine ends, and take the memory that their size says, or processes hold what has changed of it
 * (docs/decisions/0019-twins.md).
 */
public final class MemoryStore {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,199}");
    private static final Set<PosixFilePermission> OWN = PosixFilePermissions.fromString("rwx------");

    private final Path directory;
    private final int user;

    private MemoryStore(Path directory, int user) {
        this.directory = directory;
        this.user = user;
    }

    /** That of the calling process's effective user. */
    public static MemoryStore ofUser() {
        int user = (int) Door.call(SyscallNumbers.SYS_geteuid);
        return new MemoryStore(Kept.directory(), user);
    }

    /**
     * An image that is kept.
     *
     * @param name what it is called
     * @param bytes how large it is, and how much memory it takes
     * @param complete when it was complete
     * @param twins the processes that hold memory of it, if any do
     */
    public record Entry(String name, long bytes, FileTime complete, Optional<Twins> twins) {}

    /**
     * The processes that hold memory of an image, copies on write of those that had it.
     *
     * @param processes how many there are
     * @param gone the id of one that has ended, so that the image is of no use any more; 0: none has
     * @param sharedBytes how much of what they hold others have, too: the program, as long as it does not write to it
     * @param ownBytes how much of it nobody else has
     * @param areElsewhere they are of another pid namespace, the image is of use only there; the other figures are not known
     */
    public record Twins(int processes, int gone, long sharedBytes, long ownBytes, boolean areElsewhere) {}

    /** Whether a file is one of those that a user keeps in memory, or would be, by whatever path it is named. */
    public static boolean isPlace(Path file) {
        return Kept.isPlace(file);
    }

    /** Whether it is one of those of the calling process's user. */
    public static boolean isOwnPlace(Path file) {
        return Kept.isOwnPlace(file);
    }

    /** A file in which an image in memory is written until it is complete; should we die before, it goes. */
    public static final class Part implements AutoCloseable {
        private final Draft draft;

        private Part(Draft draft) {
            this.draft = draft;
        }

        /** Where it lies. */
        public Path path() {
            return draft.path();
        }

        /**
         * Gives it its name; an image that had that goes, with what processes hold of it: where that cannot be yet, what is left of it is told.
         *
         * @throws IOException it has not got it; all is as it was
         */
        public Optional<String> publish() throws IOException {
            return draft.publish();
        }

        /** Deletes what has not been published. */
        @Override
        public void close() throws IOException {
            draft.close();
        }
    }

    /** Creates the file of what is to be an image in memory. */
    public static Part part(Path image) throws IOException {
        return new Part(Draft.create(image));
    }

    /** The bytes of an image file; where processes hold memory of one that is kept in memory, those of an image that has all of it. */
    public static ReadableByteChannel read(Path image) throws IOException {
        return Images.bytes(image);
    }

    /** Whether a text can be a name: up to 200 letters, digits and {@code _.-}, the first one of the first three. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /**
     * The file of a name, which need not be there.
     *
     * @throws IllegalArgumentException it is no {@linkplain #isName name}
     */
    public Path path(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException("no name: " + name);
        }
        return directory.resolve(name);
    }

    /**
     * Makes the directory where it is missing, and sees that nobody else can have put anything into it. What writers that have been
     * killed have left there gives its memory back.
     *
     * @throws IOException it belongs to somebody else, or others may write to it
     */
    public void prepare() throws IOException {
        try {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWN));
        } catch (FileAlreadyExistsException before) {
            requireOwn();
            Kept.settle(directory);
        }
    }

    /** All that are complete, by name. */
    public List<Entry> list() throws IOException {
        List<Entry> entries = new ArrayList<>();
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return entries;
        }
        requireOwn();
        Kept.settle(directory);
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(directory, path -> isName(path.getFileName() + ""))) {
            for (Path file : files) {
                add(file, entries);
            }
        }
        entries.sort(Comparator.comparing(Entry::name));
        return entries;
    }

    /**
     * Gives up an image and its memory; what was restored from it goes on.
     *
     * @throws NoSuchFileException there is none of the name
     * @throws IOException the directory is not ours: what has the name there is none of our images
     */
    public void delete(String name) throws IOException {
        Path image = path(name);
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(image.toString());
        }
        requireOwn();
        Kept.settle(directory);
        Kept.delete(image);
    }

    private static void add(Path file, List<Entry> entries) throws IOException {
        try {
            BasicFileAttributes found =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (found.isRegularFile()) {
                Optional<Twins> twins = Kept.held(file)
                        .map(held -> new Twins(
                                held.processes(),
                                held.gone(),
                                Math.max(0, held.bytes() - held.ownBytes()),
                                held.ownBytes(),
                                held.areElsewhere()));
                entries.add(new Entry(file.getFileName().toString(), found.size(), found.lastModifiedTime(), twins));
            }
        } catch (NoSuchFileException deleted) {
            // since it was listed
        }
    }

    private void requireOwn() throws IOException {
        boolean isOurs = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                && (Integer) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS) == user
                && OWN.containsAll(Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS));
        if (!isOurs) {
            throw new IOException(directory + " is not a directory of ours alone (mode 0700); remove it");
        }
    }
}
