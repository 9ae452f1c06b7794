package dev.reprise.image.filter;

import dev.reprise.image.BadImageException;
import io.airlift.compress.v3.zstd.ZstdInputStream;
import io.airlift.compress.v3.zstd.ZstdJavaDecompressor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads zstd frames: small ones of a known length whole, others as a stream. */
final class ZstdFormat implements Expanding.Format {
    private static final int COPY = 64 << 10;
    /** More than any encoder makes of a piece. */
    private static final int MOST_IN = Packing.PIECE + Packing.PIECE / 8;

    private final Intake intake;
    private final byte[] copy = new byte[COPY];
    private @Nullable ZstdFrame frame;
    private @Nullable InputStream large;
    private boolean isMoreSure;

    ZstdFormat(Intake intake) {
        this.intake = intake;
    }

    @Override
    public boolean next(Slot slot) throws IOException {
        if (large != null) {
            return false;
        }
        ZstdFrame next = frame == null ? ZstdFrame.begin(intake) : frame;
        frame = next;
        isMoreSure = false;
        if (next == null || next.contentLength() < 0 || next.contentLength() > Packing.PIECE) {
            return false;
        }
        frame = null;
        int length = 0;
        int n;
        do {
            byte[] in = slot.in(MOST_IN);
            n = next.read(in, length, in.length - length);
            length += Math.max(n, 0);
            slot.inLength(length);
        } while (n > 0);
        if (n == 0) {
            throw Expanding.corrupt("zstd", intake.position(), null); // longer than any that was made of so few bytes
        }
        slot.outLength((int) next.contentLength());
        slot.position(intake.position());
        isMoreSure = next.contentLength() == Packing.PIECE;
        return true;
    }

    @Override
    public boolean isMoreSure() {
        return isMoreSure;
    }

    @Override
    public int sequential(ByteBuffer into) throws IOException {
        InputStream stream = large;
        if (stream == null) {
            ZstdFrame next = frame;
            frame = null;
            if (next == null) {
                return -1;
            }
            stream = new ZstdInputStream(next);
            large = stream;
        }
        int n = read(stream, Math.min(into.remaining(), COPY));
        if (n <= 0) {
            large = null;
            return 0;
        }
        into.put(copy, 0, n);
        return n;
    }

    private int read(InputStream stream, int length) throws IOException {
        try {
            return stream.read(copy, 0, length);
        } catch (BadImageException bad) {
            throw bad;
        } catch (RuntimeException malformed) {
            throw Expanding.corrupt("zstd", intake.position(), malformed);
        }
    }

    @Override
    public void passed(byte[] bytes, int offset, int length) {
        // A frame's checksum is checked where it is expanded.
    }

    @Override
    public Crew.Work work() {
        ZstdJavaDecompressor codec = new ZstdJavaDecompressor();
        return slot -> {
            int length = slot.outLength();
            int n;
            try {
                n = codec.decompress(slot.in(0), 0, slot.inLength(), slot.out(Packing.PIECE), 0, length);
            } catch (RuntimeException malformed) {
                throw Expanding.corrupt("zstd", slot.position(), malformed);
            }
            if (n != length) {
                throw Expanding.corrupt("zstd", slot.position(), null);
            }
        };
    }
}
