package dev.reprise.image.filter;

import io.airlift.compress.v3.zstd.ZstdJavaCompressor;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.function.Supplier;

/**
 * The zstd format (RFC 8878), level 3: a frame for each MiB, so that several threads can write and read them. Each frame tells
 * its length; the last one of a stream is shorter, if need be empty, so that a reader knows when to wait for no more.
 */
final class Zstd implements Packing.Format {
    static final int MAGIC = 0xFD2FB528;

    // A frame with one raw block of no bytes.
    private static final byte[] EMPTY = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0x20, 0, 1, 0, 0};

    private Zstd() {}

    static WritableByteChannel into(WritableByteChannel target, int threads) throws IOException {
        return new Packing(target, new Zstd(), threads);
    }

    @Override
    public byte[] begin() {
        return new byte[0];
    }

    @Override
    public byte[] end() {
        return new byte[0];
    }

    @Override
    public boolean mayEndFull() {
        return false;
    }

    @Override
    public Supplier<Crew.Work> work() {
        return Zstd::frames;
    }

    private static Crew.Work frames() {
        ZstdJavaCompressor codec = new ZstdJavaCompressor();
        int most = codec.maxCompressedLength(Packing.PIECE);
        return slot -> {
            byte[] out = slot.out(most);
            if (slot.inLength() == 0) {
                System.arraycopy(EMPTY, 0, out, 0, EMPTY.length);
                slot.outLength(EMPTY.length);
            } else {
                slot.outLength(codec.compress(slot.in(0), 0, slot.inLength(), out, 0, out.length));
            }
        };
    }
}
