package dev.reprise.image.filter;

import dev.reprise.image.BadImageException;
import io.airlift.compress.v3.lz4.Lz4JavaDecompressor;
import io.airlift.compress.v3.xxhash.XxHash32JavaHasher;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads lz4 frames: independent blocks on several threads, linked ones one after the other. */
final class Lz4Format implements Expanding.Format {
    private final Intake intake;
    private @Nullable Lz4Head head;
    private @Nullable Lz4Linked linked;
    private @Nullable XxHash32JavaHasher checksum;
    private boolean isEnding;

    Lz4Format(Intake intake) {
        this.intake = intake;
    }

    @Override
    public boolean next(Slot slot) throws IOException {
        if (head == null) {
            begin();
        }
        Lz4Head frame = head;
        return frame != null && !isEnding && linked == null && block(frame, slot);
    }

    private void begin() throws IOException {
        Lz4Head frame = Lz4Head.next(intake);
        head = frame;
        linked = frame == null || frame.isIndependent() ? null : new Lz4Linked(frame.mostOfBlock());
        checksum = frame != null && frame.hasContentChecksum() ? new XxHash32JavaHasher(0) : null;
    }

    // Reads a block; false at the end of the frame.
    private boolean block(Lz4Head frame, Slot slot) throws IOException {
        int word = intake.i32();
        if (word == 0) {
            isEnding = true;
            return false;
        }
        int length = word & ~Lz4.RAW;
        if (length == 0 || length > frame.mostOfBlock()) {
            throw Expanding.corrupt("lz4", intake.position(), null);
        }
        byte[] in = slot.in(length);
        intake.read(in, 0, length);
        slot.inLength(length);
        slot.raw((word & Lz4.RAW) != 0);
        slot.outLength(slot.isRaw() ? length : frame.mostOfBlock());
        slot.position(intake.position());
        if (frame.hasBlockChecksums() && intake.i32() != XxHash32JavaHasher.hash(in, 0, length, 0)) {
            throw Expanding.corrupt("lz4", intake.position(), null);
        }
        return true;
    }

    /** Large blocks are read one by one: for several at once there is not the memory. */
    @Override
    public boolean isMoreSure() {
        Lz4Head frame = head;
        return frame != null && !isEnding && linked == null && frame.mostOfBlock() <= Packing.PIECE;
    }

    @Override
    public int sequential(ByteBuffer into) throws IOException {
        Lz4Head frame = head;
        if (frame == null) {
            return -1;
        }
        Lz4Linked blocks = linked;
        if (blocks != null && !isEnding) {
            int n = blocks.take(into);
            if (n > 0) {
                hash(blocks.bytes(), blocks.position() - n, n);
            } else if (block(frame, blocks.slot())) {
                blocks.expand();
            }
            return n;
        }
        XxHash32JavaHasher hasher = checksum;
        if (hasher != null && intake.i32() != hasher.digest()) {
            throw Expanding.corrupt("lz4", intake.position(), null);
        }
        isEnding = false;
        head = null;
        linked = null;
        return 0;
    }

    @Override
    public void passed(byte[] bytes, int offset, int length) {
        hash(bytes, offset, length);
    }

    private void hash(byte[] bytes, int offset, int length) {
        if (checksum != null) {
            checksum.update(bytes, offset, length);
        }
    }

    @Override
    public Crew.Work work() {
        Lz4JavaDecompressor codec = new Lz4JavaDecompressor();
        return slot -> {
            if (!slot.isRaw()) {
                slot.outLength(expand(codec, slot));
            }
        };
    }

    private static int expand(Lz4JavaDecompressor codec, Slot slot) throws BadImageException {
        int most = slot.outLength();
        try {
            return codec.decompress(slot.in(0), 0, slot.inLength(), slot.out(most), 0, most);
        } catch (RuntimeException malformed) {
            throw Expanding.corrupt("lz4", slot.position(), malformed);
        }
    }
}
