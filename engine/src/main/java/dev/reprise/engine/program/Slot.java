package dev.reprise.engine.program;

/** Memory of a program under construction; as an argument, its address. */
public final class Slot implements Arg {
    private final long offset;
    private final long size;

    Slot(long offset, long size) {
        this.offset = offset;
        this.size = size;
    }

    /** The place {@code bytes} further on in the same memory. */
    public Slot plus(long bytes) {
        if (bytes < 0 || bytes > size) {
            throw new IllegalArgumentException(bytes + " of " + size);
        }
        return new Slot(offset + bytes, size - bytes);
    }

    /** Where it lies in the program's data. */
    long offset() {
        return offset;
    }

    /** Its length in bytes. */
    public long size() {
        return size;
    }

    /** As an argument, the eight bytes in a slot when the entry runs. */
    record Content(Slot slot) implements Arg {}
}
