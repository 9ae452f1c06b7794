package dev.reprise.image.wire;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Writes one message, fields in ascending order; like proto3, it leaves out zeros and empty values. */
public final class MessageWriter {
    private static final int BUFFER = 256;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(BUFFER);
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes, BUFFER);

    /** The message so far. */
    public byte[] toByteArray() {
        try {
            out.flush();
        } catch (IOException e) {
            throw impossible(e);
        }
        return bytes.toByteArray();
    }

    /** An unsigned 32-bit number ({@code uint32}); any int survives. */
    public void u32(int field, int value) {
        u64(field, Integer.toUnsignedLong(value));
    }

    /** An unsigned 64-bit number ({@code uint64}); any long survives. */
    public void u64(int field, long value) {
        if (value != 0) {
            try {
                out.writeUInt64(field, value);
            } catch (IOException e) {
                throw impossible(e);
            }
        }
    }

    /** A signed number that is often small or negative ({@code sint32} or {@code sint64}). */
    public void signed(int field, long value) {
        if (value != 0) {
            try {
                out.writeSInt64(field, value);
            } catch (IOException e) {
                throw impossible(e);
            }
        }
    }

    /** Eight bytes ({@code fixed64}), for masks and registers. */
    public void fixed64(int field, long value) {
        if (value != 0) {
            try {
                out.writeFixed64(field, value);
            } catch (IOException e) {
                throw impossible(e);
            }
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

    /** A message in a message. */
    public void message(int field, MessageWriter nested) {
        element(field, nested.toByteArray());
    }

    /** One element of {@code repeated bytes}: written even when it is empty. */
    public void element(int field, byte[] value) {
        try {
            out.writeByteArray(field, value);
        } catch (IOException e) {
            throw impossible(e);
        }
    }

    /** Numbers in one field ({@code repeated uint64}, packed). */
    public void packed(int field, long[] values) {
        if (values.length == 0) {
            return;
        }
        try {
            MessageWriter nested = new MessageWriter();
            for (long value : values) {
                nested.out.writeUInt64NoTag(value);
            }
            message(field, nested);
        } catch (IOException e) {
            throw impossible(e);
        }
    }

    /** Four-byte numbers in one field ({@code repeated fixed32}, packed). */
    public void packedFixed32(int field, int[] values) {
        if (values.length == 0) {
            return;
        }
        try {
            MessageWriter nested = new MessageWriter();
            for (int value : values) {
                nested.out.writeFixed32NoTag(value);
            }
            message(field, nested);
        } catch (IOException e) {
            throw impossible(e);
        }
    }

    private static UncheckedIOException impossible(IOException e) {
        return new UncheckedIOException("a write to memory failed", e);
    }
}
