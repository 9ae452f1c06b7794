package dev.reprise.engine.model;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The page data of an image file, read in any order, verified piece by piece. Stays open beyond its {@link PageSource}. */
public interface PageFile extends AutoCloseable {
    /** The longest piece in bytes. */
    int PIECE = 1 << 20;

    /**
     * A piece that has been read.
     *
     * @param position where it begins in the file
     * @param bytes its length
     */
    record Piece(long position, int bytes) {
        /** Whether a position of the file lies in it. */
        public boolean has(long at) {
            return at >= position && at < end();
        }

        /** The first position behind it. */
        public long end() {
            return position + bytes;
        }
    }

    /**
     * Reads the piece that a position of page data lies in, and checks it against its checksum: a {@code BadImageException}
     * when it is not right.
     *
     * @param buffer of {@link #PIECE} bytes of native memory; afterwards the piece lies at its start
     */
    Piece read(long position, ByteBuffer buffer) throws IOException;

    @Override
    void close();
}
