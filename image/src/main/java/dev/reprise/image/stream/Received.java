package dev.reprise.image.stream;

import dev.reprise.image.BadImageException;

/** A record whose checksum is right; its data, if any, are still to be read or skipped. */
public final class Received {
    private final Frame frame;
    private final byte[] payload;
    private final long position;
    private final long dataPosition;

    Received(Frame frame, byte[] payload, long position, long dataPosition) {
        this.frame = frame;
        this.payload = payload;
        this.position = position;
        this.dataPosition = dataPosition;
    }

    /** What stands before the payload. */
    public Frame frame() {
        return frame;
    }

    /** The payload itself, not a copy. */
    public byte[] payload() {
        return payload;
    }

    /** Where the record begins in the image. */
    public long position() {
        return position;
    }

    /** Where its data begin, 0 if it has none. */
    public long dataPosition() {
        return dataPosition;
    }

    /** Throws unless the record, of a type that is not known, may be left out. */
    public void requireSkippable() throws BadImageException {
        if (!frame.isSkippable()) {
            throw new BadImageException.TooNew("record type " + frame.type() + " is not known", position);
        }
    }
}
