package dev.reprise.engine.transport;

import dev.reprise.kernel.Flock;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Names;
import dev.reprise.kernel.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The names of a directory of images in memory. An image that is to lose its name to another gets a second one first ({@code .gone}), then the
 * other takes its place: so at every instant the names alone say what is to become of a file, whatever clocks say. Names change in one's
 * {@link Turn}; the memory of what goes is given back after it.
 */
final class Settling {
    /** How long a killed process may take to give its memory back. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** The same for what others have left: it is waited for with every command, should it never end. */
    private static final long OTHERS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private Settling() {}

    /** Finishes or undoes what writers have begun that have been killed: their memory is free again, or has a name. */
    static void settle(Path directory) {
        List<Path> going;
        try (Turn turn = Turn.takeWithin(directory, OTHERS_NANOS)) {
            if (turn == null) {
                return; // it is settled another time
            }
            going = decide(directory);
        } catch (IOException failure) {
            leave(directory, failure); // for another time, too
            return;
        }
        long end = System.nanoTime() + OTHERS_NANOS;
        for (Path gone : going) {
            try {
                discard(gone, end);
            } catch (IOException | KernelException failure) {
                leave(gone, failure);
            }
        }
    }

    /** In one's turn: a complete image without a writer gets its name; what is to go are the files that this returns. */
    static List<Path> decide(Path directory) throws IOException {
        List<Path> going = new ArrayList<>();
        for (Leftover one : Leftover.in(directory)) {
            try {
                Path gone = one.isPart() ? ofPart(one) : ofGone(one);
                if (gone != null) {
                    going.add(gone);
                }
            } catch (NoSuchFileException settled) {
                // by its writer
            } catch (IOException | KernelException failure) {
                leave(one.path(), failure);
            }
        }
        return going;
    }

    private static void leave(Path file, Exception failure) {
        System.getLogger(Settling.class.getName()).log(System.Logger.Level.DEBUG, "left to others: " + file, failure);
    }

    private static @Nullable Path ofPart(Leftover part) throws IOException, KernelException {
        try (Flock writer = Flock.take(Native.chars(part.path()))) {
            if (writer == null) {
                return null; // it is being written
            }
            Holders holders = Holders.ofOrNull(part.path());
            if (holders == null
                    || holders.twins().isEmpty()) { // incomplete: of twins that outlive their tool the file is complete
                Files.deleteIfExists(part.path());
                return null;
            }
            if (holders.areAllKept()) {
                return name(part.path(), part.target());
            }
            Path gone = Leftover.aside(part.target(), Leftover.GONE);
            Names.change(Native.chars(part.path()), Native.chars(gone));
            return gone;
        }
    }

    // Who gave it that name may have died before another took its place: then it has both names, and stays.
    private static @Nullable Path ofGone(Leftover gone) throws IOException {
        if (Files.exists(gone.target(), LinkOption.NOFOLLOW_LINKS) && Files.isSameFile(gone.path(), gone.target())) {
            Files.deleteIfExists(gone.path());
            return null;
        }
        return gone.path();
    }

    /** In one's turn: gives a file its name. What had it is to go, if anything that processes hold did: under the name that this returns. */
    static @Nullable Path name(Path file, Path target) throws IOException {
        try {
            Path gone = null;
            if (Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS) && Holders.endable(target)) {
                gone = Leftover.aside(target, Leftover.GONE);
                Names.add(Native.chars(target), Native.chars(gone));
            }
            try {
                Names.change(Native.chars(file), Native.chars(target));
            } catch (KernelException failure) {
                if (gone != null) {
                    Files.deleteIfExists(gone);
                }
                throw failure;
            }
            return gone;
        } catch (KernelException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    /** Takes an image's name away at once, then ends its twins. */
    static void delete(Path image) throws IOException {
        try {
            Path gone = Leftover.aside(image, Leftover.GONE);
            try (Turn _ = Turn.take(Kept.parent(image))) {
                if (!Files.exists(image, LinkOption.NOFOLLOW_LINKS)) {
                    throw new NoSuchFileException(image.toString());
                }
                Holders.endable(image);
                Names.change(Native.chars(image), Native.chars(gone));
            }
            discard(gone, System.nanoTime() + PATIENCE_NANOS);
        } catch (KernelException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    /** Gives the memory of what has lost its name back; what of it is left, if anything is. Nothing fails. */
    static Optional<String> leftOf(Path gone) {
        try {
            discard(gone, System.nanoTime() + PATIENCE_NANOS);
            return Optional.empty();
        } catch (IOException | KernelException | RuntimeException failure) {
            return Optional.of("the image that had the name before: " + failure.getMessage());
        }
    }

    // In this order: should we die in between, the file says whom somebody else has to end.
    private static void discard(Path gone, long endNanos) throws IOException, KernelException {
        Holders holders = Holders.ofOrNull(gone);
        if (holders == null) {
            Holders.requireNoneLost(gone);
        } else {
            holders.end(endNanos);
        }
        Files.deleteIfExists(gone);
    }
}
