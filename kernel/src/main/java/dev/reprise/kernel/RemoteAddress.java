package dev.reprise.kernel;

/** An address in another process; our own memory is a {@link java.lang.foreign.MemorySegment}. */
public record RemoteAddress(long value) {
    /** The address that lies this many bytes further. */
    public RemoteAddress plus(long bytes) {
        return new RemoteAddress(value + bytes);
    }

    @Override
    public String toString() {
        return "0x" + Long.toHexString(value);
    }
}
