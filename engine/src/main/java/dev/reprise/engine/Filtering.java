package dev.reprise.engine;

import dev.reprise.engine.model.Filters;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.transport.Images;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** The filters alone, for images on their way from one place to another; what passes is not verified. */
public final class Filtering {
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
}
