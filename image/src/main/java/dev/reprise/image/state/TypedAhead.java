package dev.reprise.image.state;

import java.util.List;

/**
 * What has been typed at a terminal and not been read: lines, of which without line mode there is one that is begun.
 *
 * @param literally whether the next key has no meaning (VLNEXT was typed)
 * @param waiting keys that the line discipline has had no room for, and not looked at
 */
public record TypedAhead(List<Line> lines, boolean literally, Bytes waiting) {
    /** Nothing. */
    public static final TypedAhead NONE = new TypedAhead(List.of(), false, Bytes.empty());

    public TypedAhead {
        lines = List.copyOf(lines);
    }

    /** A line as one read gets it. */
    public record Line(Bytes bytes, End end) {}

    /** What ends a line. */
    public enum End {
        /** Nothing yet. */
        BEGUN,
        /** Its last byte. */
        LAST_BYTE,
        /** An end of file behind it. */
        END_OF_FILE
    }

    /** Whether nothing is there. */
    public boolean isEmpty() {
        return lines.isEmpty() && !literally && waiting.isEmpty();
    }
}
