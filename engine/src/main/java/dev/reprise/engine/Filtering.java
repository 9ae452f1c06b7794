package dev.reprise.engine;

import dev.reprise.engine.model.Filters;
import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.model.Secret;
import dev.reprise.engine.transport.Images;
import dev.reprise.engine.transport.StreamSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;

/** The filters alone, for images on their way from one place to another. */
public final class Filtering {
    private static final int BUFFER = 256 << 10;

    private Filtering() {}

    /** A channel whose bytes go through filters into {@code target}; closing it completes and closes that. */
    public static WritableByteChannel into(WritableByteChannel target, Filters filters) throws IOException {
        return Images.filtering(target, filters);
    }

    /**
     * A channel out of which the image itself comes, whatever {@code source} has been filtered through; closing it closes that.
     *
     * @throws IOException the source cannot be read, or is broken; so may every read be
     */
    public static ReadableByteChannel open(ReadableByteChannel source, Opening opening) throws IOException {
        return Images.unfiltering(source, opening);
    }

    /**
     * Takes an image to another place, through other filters. Both channels are closed. It is verified where the opening wants a signature:
     * otherwise what arrives in the target is none.
     *
     * @throws IOException the source cannot be read, or is bad, or the target cannot be written
     */
    public static void copy(ReadableByteChannel source, Opening opening, WritableByteChannel target, Filters filters)
            throws IOException {
        try (ReadableByteChannel image = open(source, opening);
                WritableByteChannel packed = into(target, filters)) {
            if (opening.mustBeSigned()) {
                Verifying.pass(image, opening, packed);
                return;
            }
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
            while (image.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    packed.write(buffer);
                }
                buffer.clear();
            }
        }
    }

    /**
     * The same record by record, with a signature if there is a signer, in the place of any that it has, and with each page once if the filters say so.
     * It is verified on the way. The source is closed, and the target when the image is complete there.
     *
     * @throws IOException as {@link #copy}
     */
    public static void rewrite(
            ReadableByteChannel source,
            Opening opening,
            WritableByteChannel target,
            Filters filters,
            Optional<Secret> signer)
            throws IOException {
        try (ReadableByteChannel image = open(source, opening);
                StreamSource read = Images.openWhole(image, Host.ANY, opening);
                PageSink.Streamed written = Images.createOwning(target, filters, signer)) {
            written.state(read.image());
            int lane = 0;
            for (PageSource.Chunk chunk = read.next(); chunk != null; chunk = read.next()) {
                try (PageSource.Chunk pages = chunk) {
                    ByteBuffer bytes = pages.data().asByteBuffer();
                    written.prepare(pages.object(), pages.runs(), pages.repeats(), bytes)
                            .write(lane++ % filters.lanes());
                }
            }
            written.finish();
        }
    }
}
