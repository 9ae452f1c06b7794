package dev.reprise.image.filter;

import io.airlift.compress.v3.lz4.Lz4JavaCompressor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.function.Supplier;

/**
 * The lz4 frame format (lz4_Frame_format.md, version 1.6): one frame of independent blocks of a MiB. A block that does not shrink stays as
 * it is. Checksums are left out: the image has its own.
 */
final class Lz4 implements Packing.Format {
    static final int MAGIC = 0x184D2204;

    /** In a block's length: its bytes are as they were. */
    static final int RAW = 0x80000000;

    // Version 1, independent blocks, no checksums, no length; blocks of at most 1 MiB; the head's checksum.
    private static final byte[] BEGIN = {0x04, 0x22, 0x4D, 0x18, 0x60, 0x60, 0x51};

    private Lz4() {}

    static WritableByteChannel into(WritableByteChannel target, int threads) throws IOException {
        return new Packing(target, new Lz4(), threads);
    }

    @Override
    public byte[] begin() {
        return BEGIN.clone();
    }

    @Override
    public byte[] end() {
        return new byte[Integer.BYTES];
    }

    @Override
    public boolean mayEndFull() {
        return true;
    }

    @Override
    public Supplier<Crew.Work> work() {
        return Lz4::blocks;
    }

    private static Crew.Work blocks() {
        Lz4JavaCompressor codec = new Lz4JavaCompressor();
        int most = codec.maxCompressedLength(Packing.PIECE) + Integer.BYTES;
        return slot -> {
            int plain = slot.inLength();
            if (plain == 0) { // would be read as the end of the frame, which comes anyway
                return;
            }
            byte[] in = slot.in(0);
            byte[] out = slot.out(most);
            int length = codec.compress(in, 0, plain, out, Integer.BYTES, most - Integer.BYTES);
            int head = length;
            if (length >= plain) {
                System.arraycopy(in, 0, out, Integer.BYTES, plain);
                length = plain;
                head = plain | RAW;
            }
            ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN).putInt(head);
            slot.outLength(Integer.BYTES + length);
        };
    }
}
