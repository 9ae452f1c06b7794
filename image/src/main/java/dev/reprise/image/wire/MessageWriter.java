package dev.reprise.image.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes one message, fields in ascending order; like proto3, it leaves out zeros and empty values.
 *
 * <p>By hand, since the class initializer of protobuf's CodedOutputStream looks through sun.misc.Unsafe by reflection:
 * 7 ms in a cold JVM, while the program that is checkpointed stands still.
 */
public final class MessageWriter {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int LONGEST_VARINT = 10;

    private byte[] bytes = new byte[64];
    private int length;

    /** The message so far. */
    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }

    /** The length of the message so far in bytes. */
    public int length() {
        return length;
    }

    /** An unsigned 32-bit number ({@code uint32}); any int survives. */
    public void u32(int field, int value) {
        u64(field, Integer.toUnsignedLong(value));
    }

    /** An unsigned 64-bit number ({@code uint64}); any long survives. */
    public void u64(int field, long value) {
        if (value != 0) {
            tag(field, VARINT);
            varint(value);
        }
    }

    /** A signed number that is often small or negative ({@code sint32} or {@code sint64}). */
    public void signed(int field, long value) {
        u64(field, (value << 1) ^ (value >> 63));
    }

    /** Eight bytes ({@code fixed64}), for masks and registers. */
    public void fixed64(int field, long value) {
        if (value != 0) {
            tag(field, FIXED64);
            fixed(value, Long.BYTES);
        }
    }

    /** A truth value ({@code bool}). */
    public void bool(int field, boolean value) {
        u64(field, value ? 1 : 0);
    }

    /** Bytes ({@code bytes}). */
    public void bytes(int field, byte[] value) {
        if (value.length > 0) {
            element(field, value);
        }
    }

    /** A text whose chars are bytes ({@code bytes}), as paths and names of the kernel's are. */
    public void latin1(int field, String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > 0xff) {
                throw new IllegalArgumentException("not one byte a char: " + value);
            }
        }
        bytes(field, value.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A text of ours ({@code string}). */
    public void utf8(int field, String value) {
        bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** A message in a message: written even when it is empty. */
    public void message(int field, MessageWriter nested) {
        delimited(field, nested.bytes, nested.length);
    }

    /** One element of {@code repeated bytes}: written even when it is empty. */
    public void element(int field, byte[] value) {
        delimited(field, value, value.length);
    }

    /** Numbers in one field ({@code repeated uint64}, packed). */
    public void packed(int field, long[] values) {
        if (values.length > 0) {
            MessageWriter nested = new MessageWriter();
            for (long value : values) {
                nested.varint(value);
            }
            message(field, nested);
        }
    }

    /** Four-byte numbers in one field ({@code repeated fixed32}, packed). */
    public void packedFixed32(int field, int[] values) {
        if (values.length > 0) {
            MessageWriter nested = new MessageWriter();
            for (int value : values) {
                nested.fixed(value, Integer.BYTES);
            }
            message(field, nested);
        }
    }

    private void tag(int field, int wireType) {
        varint((long) field << 3 | wireType);
    }

    private void delimited(int field, byte[] value, int valueLength) {
        tag(field, LENGTH_DELIMITED);
        varint(valueLength);
        room(valueLength);
        System.arraycopy(value, 0, bytes, length, valueLength);
        length += valueLength;
    }

    private void varint(long value) {
        room(LONGEST_VARINT);
        long left = value;
        while ((left & ~0x7fL) != 0) {
            bytes[length++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        bytes[length++] = (byte) left;
    }

    private void fixed(long value, int size) {
        room(size);
        for (int i = 0; i < size; i++) {
            bytes[length++] = (byte) (value >>> (8 * i));
        }
    }

    private void room(int more) {
        int needed = Math.addExact(length, more);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.max(needed, Math.min(2L * bytes.length, Integer.MAX_VALUE - 8)));
        }
    }
}
