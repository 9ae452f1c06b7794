package dev.reprise.image.filter;

import dev.reprise.image.BadImageException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Expands blocks of an lz4 frame that refer to what came before them, up to 64 KiB back. */
final class Lz4Linked {
    private static final int HISTORY = 64 << 10;
    private static final int LEAST_MATCH = 4;

    private final Slot slot = new Slot();
    private final byte[] bytes;
    private int end;
    private int position;
    // Of the block that is being expanded.
    private int in;

    Lz4Linked(int mostOfBlock) {
        bytes = new byte[HISTORY + mostOfBlock];
    }

    /** Takes the next block, as it stands in the stream. */
    Slot slot() {
        slot.clear();
        return slot;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Behind what was given out last. */
    int position() {
        return position;
    }

    /** Gives out some bytes; none when another block is needed. */
    int take(ByteBuffer into) {
        int n = Math.min(into.remaining(), end - position);
        into.put(bytes, position, n);
        position += n;
        return n;
    }

    /** Expands the block in the slot; all before it has been given out. */
    void expand() throws IOException {
        int kept = Math.min(end, HISTORY);
        System.arraycopy(bytes, end - kept, bytes, 0, kept);
        end = kept;
        position = kept;
        in = 0;
        if (slot.isRaw()) {
            copyIn(slot.inLength());
            return;
        }
        sequences();
    }

    private void sequences() throws BadImageException {
        while (true) {
            int token = next();
            int literals = length(token >> 4);
            require(literals <= slot.inLength() - in);
            copyIn(literals);
            if (in == slot.inLength()) {
                return;
            }
            int distance = next() | next() << 8;
            int match = length(token & 0xf) + LEAST_MATCH;
            require(distance > 0 && distance <= end && match <= bytes.length - end);
            for (int i = 0; i < match; i++) { // byte by byte: it may overlap itself
                bytes[end] = bytes[end - distance];
                end++;
            }
        }
    }

    private void copyIn(int length) throws BadImageException {
        require(length <= bytes.length - end);
        System.arraycopy(slot.in(0), in, bytes, end, length);
        in += length;
        end += length;
    }

    private int length(int nibble) throws BadImageException {
        int length = nibble;
        int more = nibble == 0xf ? 0xff : 0;
        while (more == 0xff) {
            more = next();
            length += more;
            require(length <= bytes.length);
        }
        return length;
    }

    private int next() throws BadImageException {
        require(in < slot.inLength());
        return slot.in(0)[in++] & 0xff;
    }

    private void require(boolean isSound) throws BadImageException {
        if (!isSound) {
            throw Expanding.corrupt("lz4", slot.position(), null);
        }
    }
}
