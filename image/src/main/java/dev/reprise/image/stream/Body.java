package dev.reprise.image.stream;

import dev.reprise.image.BadImageException;
import dev.reprise.image.wire.UnknownFieldException;
import java.io.IOException;

/** Turns what a message's reader throws into an answer. */
final class Body {
    private Body() {}

    /** Reads a message from bytes that are already in memory. */
    interface Decoding<T> {
        T decode() throws IOException;
    }

    static <T> T decode(Decoding<T> decoding, long position) throws BadImageException {
        try {
            return decoding.decode();
        } catch (UnknownFieldException e) {
            throw new BadImageException.TooNew(String.valueOf(e.getMessage()), position);
        } catch (IOException e) {
            throw new BadImageException.Corrupt(String.valueOf(e.getMessage()), position);
        }
    }
}
