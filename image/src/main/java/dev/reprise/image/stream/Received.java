package dev.reprise.image.stream;

import dev.reprise.image.BadImageException;

/** A record whose checksum is right; its data, if any, are still to be read or skipped. */
public record Received(Frame frame, byte[] payload, long position, long dataPosition) {
    /** Throws unless the record, of a type that is not known, may be left out. */
    public void requireSkippable() throws BadImageException {
        if (!frame.isSkippable()) {
            throw new BadImageException.TooNew("record type " + frame.type() + " is not known", position);
        }
    }
}
