package dev.reprise.image.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads one message field by field: {@link #next} until it returns 0, one getter after each. */
public final class MessageReader {
    private final byte[] array;
    private final int start;
    private final int length;
    private final CodedInputStream in;
    private int tag;

    public MessageReader(byte[] message) {
        this(message, 0, message.length);
    }

    private MessageReader(byte[] array, int start, int length) {
        this.array = array;
        this.start = start;
        this.length = length;
        this.in = CodedInputStream.newInstance(array, start, length);
    }

    /** The number of the next field, 0 at the end. */
    public int next() throws IOException {
        tag = in.readTag();
        return tag >>> 3;
    }

    /** Counterpart of {@link MessageWriter#u32}. */
    public int u32() throws IOException {
        long value = u64();
        if (value >>> 32 != 0) {
            throw new MalformedException("a 32-bit number is too large");
        }
        return (int) value;
    }

    /** Counterpart of {@link MessageWriter#u64}. */
    public long u64() throws IOException {
        require(WireFormat.WIRETYPE_VARINT);
        return in.readUInt64();
    }

    /** Counterpart of {@link MessageWriter#signed}, for a long. */
    public long signed() throws IOException {
        require(WireFormat.WIRETYPE_VARINT);
        return in.readSInt64();
    }

    /** Counterpart of {@link MessageWriter#signed}, for an int. */
    public int signed32() throws IOException {
        long value = signed();
        if (value != (int) value) {
            throw new MalformedException("a 32-bit number is too large");
        }
        return (int) value;
    }

    /** Counterpart of {@link MessageWriter#fixed64}. */
    public long fixed64() throws IOException {
        require(WireFormat.WIRETYPE_FIXED64);
        return in.readFixed64();
    }

    /** Counterpart of {@link MessageWriter#bool}. */
    public boolean bool() throws IOException {
        return u64() != 0;
    }

    /** Counterpart of {@link MessageWriter#bytes} and {@link MessageWriter#element}. */
    public byte[] bytes() throws IOException {
        int from = slice();
        return Arrays.copyOfRange(array, from, start + in.getTotalBytesRead());
    }

    /** Counterpart of {@link MessageWriter#latin1}. */
    public String latin1() throws IOException {
        return new String(bytes(), StandardCharsets.ISO_8859_1);
    }

    /** Counterpart of {@link MessageWriter#utf8}. */
    public String utf8() throws IOException {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    /** Counterpart of {@link MessageWriter#message}: a reader of the nested message. */
    public MessageReader message() throws IOException {
        int from = slice();
        return new MessageReader(array, from, start + in.getTotalBytesRead() - from);
    }

    /** Counterpart of {@link MessageWriter#packed}. */
    public long[] packed() throws IOException {
        CodedInputStream values = message().in;
        long[] result = new long[16];
        int count = 0;
        while (!values.isAtEnd()) {
            if (count == result.length) {
                result = Arrays.copyOf(result, 2 * count);
            }
            result[count++] = values.readUInt64();
        }
        return Arrays.copyOf(result, count);
    }

    /** Counterpart of {@link MessageWriter#packedFixed32}. */
    public int[] packedFixed32() throws IOException {
        MessageReader values = message();
        if (values.length % Integer.BYTES != 0) {
            throw new MalformedException("a list of 32-bit numbers has " + values.length + " bytes");
        }
        int[] result = new int[values.length / Integer.BYTES];
        for (int i = 0; i < result.length; i++) {
            result[i] = values.in.readFixed32();
        }
        return result;
    }

    /** What to throw for every field number that a codec does not know. */
    public UnknownFieldException unknown(String message) {
        return new UnknownFieldException("field " + (tag >>> 3) + " of " + message + " is not known to this version");
    }

    /** A field that every writer writes. */
    public static <T> T require(@Nullable T value, String name) throws MalformedException {
        if (value == null) {
            throw new MalformedException(name + " is missing");
        }
        return value;
    }

    // Skips over a length-delimited value and returns where it starts in the array.
    private int slice() throws IOException {
        require(WireFormat.WIRETYPE_LENGTH_DELIMITED);
        int bytes = in.readRawVarint32();
        int from = start + in.getTotalBytesRead();
        if (bytes < 0 || bytes > start + length - from) {
            throw new MalformedException("a field is longer than its message");
        }
        in.skipRawBytes(bytes);
        return from;
    }

    private void require(int wireType) throws MalformedException {
        if ((tag & 7) != wireType) {
            throw new MalformedException("field " + (tag >>> 3) + " has wire type " + (tag & 7));
        }
    }
}
