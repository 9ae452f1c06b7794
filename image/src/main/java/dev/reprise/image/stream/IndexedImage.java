package dev.reprise.image.stream;

import dev.reprise.image.BadImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;

/** Reads single records of an image file, found through trailer and index; what is not read is not checked. */
public final class IndexedImage {
    private final FileChannel file;
    private final long size;
    private final List<IndexEntry> entries;

    /** Reads trailer and index of a file, which stays the caller's. */
    public IndexedImage(FileChannel file) throws IOException {
        this.file = file;
        size = file.size();
        if (size < Header.BYTES + Trailer.BYTES) {
            throw new BadImageException.Truncated("it is too short for an image", size);
        }
        long at = size - Trailer.BYTES;
        Trailer trailer = Trailer.decode(bytes(at, Trailer.BYTES), at);
        if (trailer.length() != size) {
            throw new BadImageException.Corrupt("the image is not as long as its trailer says", at);
        }
        Received index = record(trailer.index());
        if (index.frame().type() != Frame.INDEX) {
            throw new BadImageException.Corrupt("there is no index where the trailer says", trailer.index());
        }
        entries = Body.decode(() -> Index.decode(index.payload()), index.position());
    }

    /** All records but digests and the index, in the order of the stream. */
    public List<IndexEntry> entries() {
        return List.copyOf(entries);
    }

    /** The record that begins at a position; its data, if any, begin at {@code dataPosition()}. */
    public Received record(long position) throws IOException {
        Frame frame = Frame.decode(bytes(position, Frame.BYTES), position);
        long payloadAt = position + Frame.BYTES;
        byte[] payload = bytes(payloadAt, frame.payloadLength());
        if (Checksum.of(payload, 0, payload.length) != frame.payloadChecksum()) {
            throw new BadImageException.Corrupt("a record differs from its checksum", position);
        }
        long data = frame.dataLength() == 0 ? 0 : Alignment.up(payloadAt + payload.length, Alignment.PAGE);
        return new Received(frame, payload, position, data);
    }

    private byte[] bytes(long position, int length) throws IOException {
        if (position < 0 || position > size - length) {
            throw new BadImageException.Corrupt("a position lies outside the image", size);
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, position + bytes.position()) < 0) {
                throw new BadImageException.Truncated("it ends too early", position + bytes.position());
            }
        }
        return bytes.array();
    }
}
