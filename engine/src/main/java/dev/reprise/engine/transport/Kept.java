package dev.reprise.engine.transport;

import dev.reprise.engine.model.Host;
import dev.reprise.image.state.Twin;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.NamespaceNumber;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The directory of images that a user keeps in memory, and the processes that hold memory of some of them (twins): an image goes with its
 * twins, whoever dies when.
 *
 * <p>A file there is written aside ({@link Draft}). One that is complete, and whose twins are all kept, is an image, though it has no name
 * yet: if its writer has died, whoever comes next gives it the name ({@link Settling}).
 */
public final class Kept {
    private static final Path TMPFS = Path.of("/dev/shm");
    private static final String PREFIX = "reprise-";

    private Kept() {}

    /** That of the calling process's effective user. */
    public static Path directory() {
        int user = (int) Door.call(SyscallNumbers.SYS_geteuid);
        return TMPFS.resolve(PREFIX + Integer.toUnsignedString(user));
    }

    /** Whether a file lies, or would lie, in it, by whatever path: through links, by another spelling, where it is mounted again. */
    public static boolean isOwnPlace(Path file) {
        return isSame(parent(file), directory());
    }

    /** Whether a file lies, or would lie, in the directory of any user. */
    public static boolean isPlace(Path file) {
        Path parent = parent(file);
        for (Path directory : directories()) {
            if (isSame(parent, directory)) {
                return true;
            }
        }
        return isOwnPlace(file);
    }

    static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }

    /** Those of all users. */
    static List<Path> directories() {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(TMPFS, PREFIX + "[0-9]*")) {
            all.forEach(found::add);
        } catch (IOException | DirectoryIteratorException none) {
            // then nobody keeps anything
        }
        return found;
    }

    // By device and inode.
    private static boolean isSame(Path one, Path other) {
        try {
            return Files.isSameFile(one, other);
        } catch (IOException missing) {
            return false;
        }
    }

    /**
     * What processes hold of an image.
     *
     * @param processes how many there are
     * @param gone the id of one that has ended, so that the image is of no use any more; 0: none has
     * @param bytes what they hold
     * @param ownBytes how much of it nobody else has
     * @param areElsewhere they are of another pid namespace: whether they are there, and what is theirs alone, cannot be told
     */
    public record Held(int processes, int gone, long bytes, long ownBytes, boolean areElsewhere) {}

    /** Nothing where none does. */
    public static Optional<Held> held(Path image) {
        try (FileSource source = source(image)) {
            List<Twin> twins = source.image().twins();
            if (twins.isEmpty()) {
                return Optional.empty();
            }
            long namespace = NamespaceNumber.ofOwnPids();
            if (twins.stream().anyMatch(twin -> twin.pidNamespace() != namespace)) {
                return Optional.of(new Held(twins.size(), 0, source.heldBytes(), 0, true));
            }
            int gone = 0;
            long own = 0;
            for (Twin twin : twins) {
                try (TwinProcess process = TwinProcess.find(twin)) {
                    gone = process == null ? twin.pid() : gone;
                    own += process == null ? 0 : process.ownBytes();
                }
            }
            return Optional.of(new Held(twins.size(), gone, source.heldBytes(), own, false));
        } catch (IOException | KernelException other) {
            return Optional.empty(); // packed, encrypted, broken, or not ours to look into
        }
    }

    private static FileSource source(Path image) throws IOException {
        FileChannel file = FileChannel.open(image, StandardOpenOption.READ);
        try {
            return new FileSource(image, file, Host.ANY);
        } catch (Throwable e) {
            file.close();
            throw e;
        }
    }

    /** Takes an image's name away at once, then ends its twins. */
    public static void delete(Path image) throws IOException {
        Settling.delete(image);
    }

    /** Finishes or undoes what writers have begun that have been killed: their memory is free again, or has a name. */
    public static void settle(Path directory) {
        Settling.settle(directory);
    }
}
