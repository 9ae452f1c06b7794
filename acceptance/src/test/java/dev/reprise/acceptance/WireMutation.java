package dev.reprise.acceptance;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Changes of a protobuf message that leave it a message: values to extremes, fields repeated, removed, swapped, borrowed. */
final class WireMutation {
    private static final long[] EXTREMES = {
        0,
        1,
        2,
        -1,
        -2,
        15,
        16,
        63,
        64,
        255,
        256,
        1023,
        4095,
        4096,
        4097,
        65535,
        65536,
        1 << 20,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        0xffffffffL,
        0x80000000L,
        1L << 32,
        1L << 40,
        0x7ffffffff000L,
        0x7fffffffffffL,
        0x800000000000L,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -4096
    };
    private static final String[] TEXTS = {
        "",
        "/",
        "..",
        "../../etc/passwd",
        "/proc/self/mem",
        "\u001b]0;owned\u0007\u001b[2J",
        "a\nb\rc",
        "\0",
        "/x".repeat(3000)
    };

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final RandomGenerator random;
    private final List<Long> known;
    private String done = "";

    /** {@code known}: numbers that stand elsewhere in the image. */
    WireMutation(RandomGenerator random, List<Long> known) {
        this.random = random;
        this.known = known;
    }

    /** What was done, in words. */
    String done() {
        return done;
    }

    private record Field(int tag, long number, byte[] bytes) {
        int type() {
            return tag & 7;
        }
    }

    /** A changed copy; the same bytes where they are no message. */
    byte[] of(byte[] message) {
        List<Field> fields = parse(message);
        if (fields == null) {
            done = "bytes";
            return changed(message);
        }
        if (fields.isEmpty()) {
            done = "a field of nothing";
            fields.add(new Field(random.nextInt(1, 20) << 3, value(0), new byte[0]));
            return write(fields);
        }
        int at = random.nextInt(fields.size());
        Field field = fields.get(at);
        int inside = field.tag >>> 3;
        if (field.type() == BYTES && field.bytes.length > 0 && random.nextInt(8) != 0) {
            List<Field> nested = parse(field.bytes);
            if (nested != null && !nested.isEmpty()) {
                byte[] changed = of(field.bytes);
                done = inside + "." + done;
                fields.set(at, new Field(field.tag, 0, changed));
                return write(fields);
            }
        }
        change(fields, at);
        done = inside + " " + done;
        return write(fields);
    }

    private void change(List<Field> fields, int at) {
        Field field = fields.get(at);
        switch (random.nextInt(10)) {
            case 0 -> {
                done = "removed";
                fields.remove(at);
            }
            case 1 -> {
                int times = random.nextInt(20) == 0 ? 5000 : 1;
                done = "repeated " + times;
                for (int i = 0; i < times; i++) {
                    fields.add(at, field);
                }
            }
            case 2 -> {
                done = "swapped";
                Field other = fields.set(random.nextInt(fields.size()), field);
                fields.set(at, other);
            }
            case 3 -> {
                done = "another number";
                fields.set(at, new Field(random.nextInt(1, 40) << 3 | field.type(), field.number, field.bytes));
            }
            default -> {
                done = field.type() == BYTES ? "other bytes" : "";
                Field changed = field.type() == BYTES
                        ? new Field(field.tag, 0, changed(field.bytes))
                        : new Field(field.tag, value(field.number), field.bytes);
                if (field.type() != BYTES) {
                    done = field.number + " to " + changed.number;
                }
                fields.set(at, changed);
            }
        }
    }

    private long value(long now) {
        return switch (random.nextInt(6)) {
            case 0 -> now + random.nextInt(-2, 3);
            case 1 -> random.nextLong() >>> random.nextInt(64);
            case 2, 3 -> known.isEmpty() ? 1 : known.get(random.nextInt(known.size()));
            default -> EXTREMES[random.nextInt(EXTREMES.length)];
        };
    }

    private byte[] changed(byte[] bytes) {
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(bytes, bytes.length / 2);
            case 1 -> Arrays.copyOf(bytes, bytes.length + random.nextInt(1, 100));
            case 2 -> TEXTS[random.nextInt(TEXTS.length)].getBytes(StandardCharsets.ISO_8859_1);
            case 3 -> {
                byte[] noise = new byte[random.nextInt(64)];
                random.nextBytes(noise);
                yield noise;
            }
            default -> {
                byte[] flipped = bytes.clone();
                if (flipped.length > 0) {
                    flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
                }
                yield flipped;
            }
        };
    }

    /** The numbers in a message, those in it included. */
    static void numbers(byte[] message, List<Long> into) {
        List<Field> fields = parse(message);
        if (fields != null) {
            for (Field field : fields) {
                if (field.type() == BYTES) {
                    numbers(field.bytes, into);
                } else {
                    into.add(field.number);
                }
            }
        }
    }

    private static @Nullable List<Field> parse(byte[] message) {
        List<Field> fields = new ArrayList<>();
        int[] at = {0};
        while (at[0] < message.length) {
            long tag = varint(message, at);
            if (tag <= 7 || tag >= 1 << 12) {
                return null;
            }
            switch ((int) tag & 7) {
                case VARINT -> fields.add(new Field((int) tag, varint(message, at), new byte[0]));
                case FIXED64, FIXED32 -> {
                    int length = (tag & 7) == FIXED64 ? 8 : 4;
                    if (at[0] + length > message.length) {
                        return null;
                    }
                    long number = 0;
                    for (int i = length - 1; i >= 0; i--) {
                        number = number << 8 | message[at[0] + i] & 0xff;
                    }
                    at[0] += length;
                    fields.add(new Field((int) tag, number, new byte[0]));
                }
                case BYTES -> {
                    long length = varint(message, at);
                    if (length < 0 || length > message.length - at[0]) {
                        return null;
                    }
                    byte[] bytes = Arrays.copyOfRange(message, at[0], at[0] + (int) length);
                    at[0] += (int) length;
                    fields.add(new Field((int) tag, 0, bytes));
                }
                default -> {
                    return null;
                }
            }
            if (at[0] > message.length) {
                return null;
            }
        }
        return fields;
    }

    // Past the end where there is none.
    private static long varint(byte[] message, int[] at) {
        long value = 0;
        for (int shift = 0; shift < 64 && at[0] < message.length; shift += 7) {
            byte b = message[at[0]++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        at[0] = message.length + 1;
        return -1;
    }

    private static byte[] write(List<Field> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Field field : fields) {
            varint(field.tag, out);
            switch (field.type()) {
                case VARINT -> varint(field.number, out);
                case BYTES -> {
                    varint(field.bytes.length, out);
                    out.writeBytes(field.bytes);
                }
                default -> {
                    for (int i = 0; i < (field.type() == FIXED64 ? 8 : 4); i++) {
                        out.write((int) (field.number >>> 8 * i));
                    }
                }
            }
        }
        return out.toByteArray();
    }

    private static void varint(long value, ByteArrayOutputStream out) {
        long left = value;
        while ((left & ~0x7fL) != 0) {
            out.write((int) (left & 0x7f | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }
}
