package dev.reprise.image.state;

/** The number of a shared object, in order of appearance in its image; users refer to it by this. */
public record ObjectId(long value) {
    /** Requires a number that counts from 0. */
    public ObjectId {
        if (value < 0) {
            throw new IllegalArgumentException("object id " + value + " is negative");
        }
    }
}
