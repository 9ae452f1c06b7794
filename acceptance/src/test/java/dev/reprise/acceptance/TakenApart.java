package dev.reprise.acceptance;

import dev.reprise.image.stream.Composer;
import dev.reprise.image.stream.Header;
import dev.reprise.image.stream.Span;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** An image as a list of records that can be changed and put together again, with every checksum right. */
final class TakenApart {
    private static final int FRAME = 32;
    private static final int PAGE = 4096;
    private static final int PIECE = 1 << 20;
    private static final int FIRST_OF_CONTENT = 16;
    private static final int RELEASE = 32;
    private static final int RELEASE_BYTES = 96;

    /** One record; {@code data}: page data, empty where there are none. */
    static final class Record {
        int type;
        int lane;
        int key;
        boolean skippable;
        byte[] payload;
        byte[] data;

        Record(int type, int lane, int key, boolean skippable, byte[] payload, byte[] data) {
            this.type = type;
            this.lane = lane;
            this.key = key;
            this.skippable = skippable;
            this.payload = payload;
            this.data = data;
        }

        Record copy() {
            return new Record(type, lane, key, skippable, payload.clone(), data.clone());
        }
    }

    Header header;
    final List<Record> records = new ArrayList<>();

    private TakenApart(Header header) {
        this.header = header;
    }

    /** A good image's parts; digests, index and trailer are made anew. */
    static TakenApart of(byte[] image) {
        ByteBuffer in = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        String release = new String(image, RELEASE, RELEASE_BYTES, StandardCharsets.UTF_8).replace("\0", "");
        TakenApart apart = new TakenApart(
                new Header(in.getInt(8), in.getInt(12), in.getInt(16), image[20], image[21], in.getLong(24), release));
        int at = Header.BYTES;
        while (at + FRAME <= image.length && in.getLong(at) != in.getLong(image.length - 64)) {
            int payload = in.getInt(at + 8);
            int data = (int) in.getLong(at + 16);
            int dataAt = data == 0 ? at + FRAME + payload : at + FRAME + payload + PAGE - 1 & -PAGE;
            int type = Short.toUnsignedInt(in.getShort(at));
            if (type >= FIRST_OF_CONTENT) {
                apart.records.add(new Record(
                        type,
                        Short.toUnsignedInt(in.getShort(at + 4)),
                        in.getInt(at + 24),
                        in.getShort(at + 2) != 0,
                        Arrays.copyOfRange(image, at + FRAME, at + FRAME + payload),
                        Arrays.copyOfRange(image, dataAt, dataAt + data)));
            }
            at = dataAt + data;
        }
        return apart;
    }

    /** Parts of its own. */
    TakenApart copy() {
        TakenApart copy = new TakenApart(header);
        records.forEach(record -> copy.records.add(record.copy()));
        return copy;
    }

    /** The image of the parts as they are now. */
    byte[] together() {
        Composer composer = new Composer();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        composer.header(header);
        for (Record record : records) {
            if (record.data.length > 0) {
                Span span = composer.data(record.type, record.lane, record.key, record.payload, record.data.length);
                take(composer, out);
                composer.skip(span);
                out.writeBytes(record.data);
                ByteBuffer digest = composer.digest(span, checksums(record.data));
                out.write(digest.array(), 0, digest.remaining());
            } else if (record.skippable) {
                composer.skippable(record.type, record.lane, record.key, record.payload);
            } else {
                composer.record(record.type, record.lane, record.key, record.payload);
            }
        }
        composer.finish();
        take(composer, out);
        return out.toByteArray();
    }

    private static void take(Composer composer, ByteArrayOutputStream out) {
        ByteBuffer piece = composer.take().bytes();
        out.write(piece.array(), piece.position(), piece.remaining());
    }

    private static int[] checksums(byte[] data) {
        int[] sums = new int[(data.length + PIECE - 1) / PIECE];
        for (int i = 0; i < sums.length; i++) {
            CRC32C crc = new CRC32C();
            crc.update(data, i * PIECE, Math.min(PIECE, data.length - i * PIECE));
            sums[i] = (int) crc.getValue();
        }
        return sums;
    }
}
