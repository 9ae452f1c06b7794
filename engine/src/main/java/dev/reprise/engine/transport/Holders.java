package dev.reprise.engine.transport;

import dev.reprise.engine.model.Host;
import dev.reprise.engine.twin.Twins;
import dev.reprise.image.BadImageException;
import dev.reprise.image.state.Twin;
import dev.reprise.kernel.KernelException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The processes that hold memory of an image, as its file names them; nobody, where it is packed or encrypted. */
record Holders(List<Twin> twins) {
    /** An image's; null where it cannot be read as one. */
    static @Nullable Holders ofOrNull(Path image) throws IOException {
        try (FileChannel file = FileChannel.open(image, StandardOpenOption.READ)) {
            if (Images.isPacked(file)) {
                return new Holders(List.of());
            }
            return new Holders(new FileSource(image, file, Host.ANY).image().twins());
        } catch (BadImageException none) {
            return null;
        }
    }

    /**
     * Whether an image has any that will have to be ended, or may have had.
     *
     * @throws IOException one could not be ended, or who they are cannot be told
     */
    static boolean endable(Path image) throws IOException {
        Holders holders = ofOrNull(image);
        try {
            if (holders == null) {
                requireNoneLost(image);
                return false;
            }
            holders.find().forEach(TwinProcess::close);
            return !holders.twins.isEmpty();
        } catch (KernelException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    /** Whether all are there and outlive their image's writer. */
    boolean areAllKept() throws IOException, KernelException {
        int kept = 0;
        for (TwinProcess process : find()) {
            try (process) {
                kept += process.isKept() ? 1 : 0;
            }
        }
        return kept == twins.size();
    }

    /** Ends all, and waits until their memory is free. */
    void end(long endNanos) throws IOException, KernelException {
        List<TwinProcess> found = find();
        try {
            found.forEach(TwinProcess::kill);
            for (TwinProcess process : found) {
                if (!process.awaitEnd(endNanos)) {
                    throw new IOException("process " + process.twin().pid()
                            + ", which holds its memory, has been killed, but does not end (is its control group frozen?);"
                            + " a later command that uses mem: takes the rest away");
                }
            }
        } finally {
            found.forEach(TwinProcess::close);
        }
    }

    private List<TwinProcess> find() throws IOException, KernelException {
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

    /**
     * Sees that a file that cannot be read can go without a twin that no other file names: which it may have named.
     *
     * @throws IOException there is one
     */
    static void requireNoneLost(Path unreadable) throws IOException, KernelException {
        List<Integer> lost = new ArrayList<>(Twins.allKept());
        if (lost.isEmpty()) {
            return;
        }
        for (Path directory : Kept.directories()) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
                for (Path file : files) {
                    lost.removeAll(named(file));
                }
            } catch (DirectoryIteratorException | IOException notOurs) {
                // then its twins are not either
            }
        }
        if (!lost.isEmpty()) {
            throw new IOException("it cannot be read, so who holds its memory is not known, and no image names "
                    + Twins.NAME + " " + lost + ": end that (kill -9), then this can go");
        }
    }

    private static List<Integer> named(Path file) {
        try {
            Holders holders = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? ofOrNull(file) : null;
            return holders == null
                    ? List.of()
                    : holders.twins.stream().map(Twin::pid).toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }
}
