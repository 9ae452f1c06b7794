package dev.reprise.image.state;

/** The number of an object that tasks can share, in order of appearance in the stream, from 1. */
public record ObjectId(int value) {
    /** No object. */
    public static final ObjectId NONE = new ObjectId(0);

    public ObjectId {
        if (value < 0) {
            throw new IllegalArgumentException("object id " + value);
        }
    }
}
