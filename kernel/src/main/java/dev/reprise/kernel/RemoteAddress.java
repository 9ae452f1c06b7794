package dev.reprise.kernel;

/** An address in a tracee's address space; our own memory is a {@link java.lang.foreign.MemorySegment}. */
public record RemoteAddress(long value) {
    /** The address {@code bytes} further on. */
    public RemoteAddress plus(long bytes) {
        return new RemoteAddress(value + bytes);
    }

    @Override
    public String toString() {
        return "0x" + Long.toHexString(value);
    }
}
