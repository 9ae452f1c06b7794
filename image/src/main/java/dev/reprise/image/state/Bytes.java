package dev.reprise.image.state;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An immutable sequence of bytes with value equality. */
public final class Bytes {
    private static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] content;

    private Bytes(byte[] content) {
        this.content = content;
    }

    /** A copy of {@code content}. */
    public static Bytes of(byte... content) {
        return content.length == 0 ? EMPTY : new Bytes(content.clone());
    }

    /** No bytes at all. */
    public static Bytes empty() {
        return EMPTY;
    }

    /** A copy of the content. */
    public byte[] toArray() {
        return content.clone();
    }

    /** The number of bytes. */
    public int length() {
        return content.length;
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return content.length == 0;
    }

    /** The byte at {@code index}. */
    public byte at(int index) {
        return content[index];
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes bytes && Arrays.equals(content, bytes.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return content.length + " bytes";
    }
}
