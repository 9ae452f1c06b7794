package dev.reprise.engine.transport;

import dev.reprise.engine.model.Filters;
import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.PageSource;
import dev.reprise.image.filter.Envelope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Opens images, to write and to read, in the way that their place allows. */
public final class Images {
    /** The permissions of an image: nobody else may read it. */
    static final String OWN = "rw-------";

    private Images() {}

    /**
     * A sink for a path: in place where that is a regular file or nothing yet, streamed into a fifo or device, or through filters.
     */
    public static PageSink create(Path target, boolean sync, Filters filters) throws IOException {
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            return StreamImage.owning(FileChannel.open(target, StandardOpenOption.WRITE), filters);
        }
        return filters.areNone() ? FileImage.create(target, sync) : FilteredFile.create(target, sync, filters);
    }

    /** A sink for a channel, which the caller closes. */
    public static PageSink.Streamed create(WritableByteChannel channel) {
        return StreamImage.into(channel);
    }

    /** A sink for a channel, which is closed as soon as the image is complete. */
    public static PageSink.Streamed createOwning(WritableByteChannel channel, Filters filters) throws IOException {
        return StreamImage.owning(channel, filters);
    }

    /** A source for a path: in place where that is a regular file with nothing around the image, else streamed. */
    public static PageSource open(Path path, Host host) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            if (!Files.isRegularFile(path)) {
                return StreamSource.of(file, false, host);
            }
            return envelope(file) == Envelope.NONE
                    ? new FileSource(path, file, host)
                    : StreamSource.of(file, true, host);
        } catch (Throwable e) {
            file.close();
            throw e;
        }
    }

    /** A channel whose bytes go through filters into {@code target}; closing it completes and closes that. */
    public static WritableByteChannel filtering(WritableByteChannel target, Filters filters) throws IOException {
        Envelope envelope = switch (filters.compression()) {
            case NONE -> Envelope.NONE;
            case LZ4 -> Envelope.LZ4;
            case ZSTD -> Envelope.ZSTD;
        };
        return envelope.into(target);
    }

    /** A channel of what is left of {@code source}'s bytes when all filters are undone; closing it closes that. */
    public static ReadableByteChannel unfiltering(ReadableByteChannel source) throws IOException {
        return Envelope.open(source);
    }

    private static Envelope envelope(FileChannel file) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(Envelope.BYTES);
        file.read(first, 0);
        return Envelope.of(first.flip());
    }

    /** A source for a channel, from where it stands; the caller closes it. */
    public static StreamSource open(ReadableByteChannel channel, Host host) throws IOException {
        return StreamSource.of(new Unclosed(channel), false, host);
    }
}
