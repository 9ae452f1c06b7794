package dev.reprise.image.store;

import dev.reprise.image.stream.Alignment;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * How an image is made of pages that a store has: a file of entries, big endian, and at its end the length of the image and a
 * CRC32C of all before.
 *
 * <pre>
 *   u8 0, u32 length, bytes              bytes of the image
 *   u8 1, u64 place, u32 count           pages, consecutive in a pack: place is the pack's number in the high 28 bits
 *   u8 2, u64 length, u32 CRC32C         the end
 * </pre>
 */
final class Recipe {
    private static final int OTHER = 0;
    private static final int PAGES = 1;
    private static final int END = 2;
    private static final int MOST = 1 << 20;

    private Recipe() {}

    /** The length of the image that a recipe makes, as its end says. */
    static long length(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer end = ByteBuffer.allocate(Long.BYTES + Integer.BYTES);
            long at = channel.size() - end.capacity();
            while (at >= 0 && end.hasRemaining()) {
                if (channel.read(end, at + end.position()) < 0) {
                    break;
                }
            }
            return end.hasRemaining() ? 0 : end.getLong(0);
        }
    }

    /** Who is told what an image is made of, in its order. */
    interface Reader {
        void other(byte[] bytes) throws IOException;

        void pages(long place, int count) throws IOException;
    }

    /** Reads one step by step. */
    static final class In implements AutoCloseable {
        private final CheckedInputStream checked;
        private final DataInputStream in;
        private long length;

        In(InputStream file) {
            checked = new CheckedInputStream(new BufferedInputStream(file, 1 << 16), new CRC32C());
            in = new DataInputStream(checked);
        }

        /** Reads the next entry; false at the end, when all of it was right. */
        boolean next(Reader reader) throws IOException {
            try {
                switch (in.readUnsignedByte()) {
                    case OTHER -> {
                        int bytes = in.readInt();
                        if (bytes <= 0 || bytes > MOST) {
                            throw new IOException("a recipe of the store is corrupt");
                        }
                        byte[] content = in.readNBytes(bytes);
                        if (content.length < bytes) {
                            throw new EOFException();
                        }
                        length += bytes;
                        reader.other(content);
                    }
                    case PAGES -> {
                        long place = in.readLong();
                        int count = in.readInt();
                        if (place < 0 || count <= 0) {
                            throw new IOException("a recipe of the store is corrupt");
                        }
                        length += (long) count * Alignment.PAGE;
                        reader.pages(place, count);
                    }
                    case END -> {
                        long whole = in.readLong();
                        int computed = (int) checked.getChecksum().getValue();
                        if (in.readInt() != computed || whole != length) {
                            throw new IOException("a recipe of the store is corrupt");
                        }
                        return false;
                    }
                    default -> throw new IOException("a recipe of the store is corrupt");
                }
                return true;
            } catch (EOFException cut) {
                throw new IOException("a recipe of the store is cut short", cut);
            }
        }

        /** Reads all that is left. */
        void rest(Reader reader) throws IOException {
            boolean goesOn = true;
            while (goesOn) {
                goesOn = next(reader);
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /** Writes one. */
    static final class Out implements AutoCloseable {
        private final CheckedOutputStream checked;
        private final DataOutputStream out;
        private final ByteBuffer other = ByteBuffer.allocate(MOST);
        private long first;
        private int count;
        private long length;

        Out(OutputStream file) {
            checked = new CheckedOutputStream(new BufferedOutputStream(file, 1 << 16), new CRC32C());
            out = new DataOutputStream(checked);
        }

        void other(ByteBuffer bytes) throws IOException {
            endPages();
            length += bytes.remaining();
            while (bytes.hasRemaining()) {
                if (!other.hasRemaining()) {
                    endOther();
                }
                int part = Math.min(bytes.remaining(), other.remaining());
                other.put(bytes.slice(bytes.position(), part));
                bytes.position(bytes.position() + part);
            }
        }

        void page(long place) throws IOException {
            pages(place, 1);
        }

        void pages(long place, int pages) throws IOException {
            endOther();
            length += (long) pages * Alignment.PAGE;
            if (count > 0 && place == first + count && count <= Integer.MAX_VALUE - pages) {
                count += pages;
                return;
            }
            endPages();
            first = place;
            count = pages;
        }

        private void endOther() throws IOException {
            if (other.position() > 0) {
                out.writeByte(OTHER);
                out.writeInt(other.position());
                out.write(other.array(), 0, other.position());
                other.clear();
            }
        }

        private void endPages() throws IOException {
            if (count > 0) {
                out.writeByte(PAGES);
                out.writeLong(first);
                out.writeInt(count);
                count = 0;
            }
        }

        /** It is complete. */
        void finish() throws IOException {
            endOther();
            endPages();
            out.writeByte(END);
            out.writeLong(length);
            out.flush();
            out.writeInt((int) checked.getChecksum().getValue());
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
