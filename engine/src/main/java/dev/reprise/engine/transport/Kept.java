package dev.reprise.engine.transport;

import dev.reprise.engine.model.Host;
import dev.reprise.image.BadImageException;
import dev.reprise.image.state.Twin;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.Rename;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The directory of images that a user keeps in memory, and the processes that hold memory of some of them (twins): an image goes with its
 * twins, whoever dies when.
 *
 * <p>A file there is written aside, {@code .NAME.PID-UNIQUE.part}. One that is complete, and whose twins are all kept, is an image, though it has no name
 * yet: if its writer has died, whoever comes next gives it the name. A file that another has displaced has the other's name aside
 * ({@link Rename#exchange}) until its twins have ended; so it is older than the one that has its name, and that is how it is known.
 */
public final class Kept {
    private static final Path TMPFS = Path.of("/dev/shm");
    private static final String PREFIX = "reprise-";
    private static final Pattern ASIDE = Pattern.compile("\\.(.+)\\.([0-9]{1,9})-[0-9a-f]+\\.(part|gone)");

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

    private static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }

    // Those of all users.
    private static List<Path> directories() {
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

    /** The name aside of what is to be {@code target}, or was it and is to go. */
    static Path aside(Path target, String kind) {
        String unique = Proc.ownPid() + "-" + Long.toHexString(System.nanoTime());
        return target.resolveSibling("." + target.getFileName() + "." + unique + "." + kind);
    }

    /** Creates the file aside of what is to be {@code target}. */
    public static Path create(Path target) throws IOException {
        return Files.createFile(
                aside(target, "part"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(Images.OWN)));
    }

    /**
     * What processes hold of an image.
     *
     * @param processes how many there are
     * @param gone the id of one that has ended, so that the image is of no use any more; 0: none has
     * @param bytes what they hold
     * @param ownBytes how much of it nobody else has
     */
    public record Held(int processes, int gone, long bytes, long ownBytes) {}

    /** Nothing where none does. */
    public static Optional<Held> held(Path image) {
        try (FileSource source = source(image)) {
            List<Twin> twins = source.image().twins();
            if (twins.isEmpty()) {
                return Optional.empty();
            }
            int gone = 0;
            long own = 0;
            for (Twin twin : twins) {
                try (TwinProcess process = TwinProcess.find(twin)) {
                    gone = process == null ? twin.pid() : gone;
                    own += process == null ? 0 : process.ownBytes();
                }
            }
            return Optional.of(new Held(twins.size(), gone, source.heldBytes(), own));
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

    private static List<Twin> twins(Path image) throws IOException {
        try (FileSource source = source(image)) {
            return source.image().twins();
        } catch (BadImageException other) {
            return List.of();
        }
    }

    /** Gives a file that is complete its name; one that had it goes, with its twins. */
    public static void publish(Path aside, Path target) throws IOException {
        try {
            if (nameOrExchange(aside, target)) {
                discard(aside);
            }
        } catch (KernelException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    // Whether it had to be exchanged.
    private static boolean nameOrExchange(Path aside, Path target) throws KernelException {
        while (true) {
            try {
                Rename.toFree(Native.chars(aside), Native.chars(target));
                return false;
            } catch (KernelException taken) {
                if (taken.errno() != Errno.EEXIST) {
                    throw taken;
                }
            }
            try {
                Rename.exchange(Native.chars(aside), Native.chars(target));
                return true;
            } catch (KernelException gone) {
                if (gone.errno() != Errno.ENOENT || !Files.exists(aside)) {
                    throw gone;
                }
            }
        }
    }

    /** Takes an image's name away at once, then ends its twins. */
    public static void delete(Path image) throws IOException {
        requireEndable(twins(image));
        Path aside = aside(image, "gone");
        Files.move(image, aside);
        try {
            discard(aside);
        } catch (KernelException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    private static void requireEndable(List<Twin> twins) throws IOException {
        try {
            for (TwinProcess process : find(twins)) {
                process.close();
            }
        } catch (KernelException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    // In this order: should we die in between, the file says whom somebody else has to end.
    private static void discard(Path aside) throws IOException, KernelException {
        for (TwinProcess process : find(twins(aside))) {
            try (process) {
                process.end();
            }
        }
        Files.deleteIfExists(aside);
    }

    private static List<TwinProcess> find(List<Twin> twins) throws IOException, KernelException {
        List<TwinProcess> found = new ArrayList<>(twins.size());
        try {
            for (Twin twin : twins) {
                TwinProcess process = TwinProcess.find(twin);
                if (process != null) {
                    found.add(process);
                }
            }
            return found;
        } catch (IOException | KernelException failure) {
            found.forEach(TwinProcess::close);
            throw failure;
        }
    }

    /** Finishes or undoes what writers have begun that have been killed: their memory is free again, or has a name. */
    public static void settle(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, ".*")) {
            for (Path file : files) {
                Matcher name = ASIDE.matcher(file.getFileName().toString());
                if (name.matches() && !Files.exists(Path.of("/proc", name.group(2)))) {
                    settle(file, directory.resolve(name.group(1)), name.group(3).equals("part"));
                }
            }
        }
    }

    private static void settle(Path file, Path target, boolean isPart) throws IOException {
        try {
            if (isPart && isImage(file) && isNewer(file, target)) {
                publish(file, target);
            } else {
                discard(file);
            }
        } catch (NoSuchFileException settled) {
            // by somebody else
        } catch (IOException | KernelException notOurs) {
            System.getLogger(Kept.class.getName()).log(System.Logger.Level.DEBUG, "left to others: " + file, notOurs);
        }
    }

    // Complete, and held by processes that outlive its writer: all of them, or it was not done.
    private static boolean isImage(Path file) throws IOException, KernelException {
        List<Twin> twins = twins(file);
        int kept = 0;
        for (TwinProcess process : find(twins)) {
            try (process) {
                kept += process.isKept() ? 1 : 0;
            }
        }
        return !twins.isEmpty() && kept == twins.size();
    }

    private static boolean isNewer(Path file, Path target) throws IOException {
        try {
            return Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(target)) > 0;
        } catch (NoSuchFileException free) {
            return Files.exists(file);
        }
    }
}
