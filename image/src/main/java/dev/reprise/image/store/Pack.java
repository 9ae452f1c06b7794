package dev.reprise.image.store;

import dev.reprise.image.stream.Alignment;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A file of pages, one behind the other, that is being written, and its index: their keys in order. Both appear under their names
 * when they are complete, the pages first.
 */
final class Pack implements AutoCloseable {
    /** How many bits of a place are the number of a page in its pack. */
    static final int PAGE_BITS = 36;

    static final String INDEX = ".index";
    private static final int BUFFER = 1 << 20;

    private final Path file;
    private final int number;
    private final Path part;
    private final boolean sync;
    private final FileChannel out;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final ByteArrayOutputStream keys = new ByteArrayOutputStream();
    private final DataOutputStream index = new DataOutputStream(keys);
    private long pages;

    /** Begins pack {@code number} of a directory. */
    Pack(Path directory, int number, boolean sync) throws IOException {
        this.number = number;
        this.sync = sync;
        file = directory.resolve(Integer.toString(number));
        part = directory.resolve(number + ".part");
        out = FileChannel.open(
                part, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ImageStore.OWN_FILE);
    }

    /** Where the page with a number of the pack with a number is. */
    static long place(int pack, long page) {
        return (long) pack << PAGE_BITS | page;
    }

    /** The pack of a place. */
    static int pack(long place) {
        return (int) (place >> PAGE_BITS);
    }

    /** The number in its pack. */
    static long page(long place) {
        return place & (1L << PAGE_BITS) - 1;
    }

    /** Adds a page; its place. */
    long add(ByteBuffer page, long high, long low) throws IOException {
        if (buffer.remaining() < Alignment.PAGE) {
            flush();
        }
        buffer.put(page);
        index.writeLong(high);
        index.writeLong(low);
        return place(number, pages++);
    }

    private void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
        buffer.clear();
    }

    int number() {
        return number;
    }

    /** How many pages it has. */
    long pages() {
        return pages;
    }

    /** It is complete; one without pages goes. */
    void publish() throws IOException {
        flush();
        if (pages == 0) {
            return;
        }
        if (sync) {
            out.force(true);
        }
        out.close();
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        ImageStore.write(file.resolveSibling(number + INDEX), keys.toByteArray(), sync);
    }

    @Override
    public void close() throws IOException {
        out.close();
        Files.deleteIfExists(part);
    }
}
