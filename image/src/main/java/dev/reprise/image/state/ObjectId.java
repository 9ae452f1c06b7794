package dev.reprise.image.state;

import org.jspecify.annotations.Nullable;

/** The number of an object that tasks can share, in order of appearance in the stream, from 1. */
public record ObjectId(int value) {
    /** No object. */
    public static final ObjectId NONE = new ObjectId(0);

    public ObjectId {
        if (value < 0) {
            throw new IllegalArgumentException("object id " + value);
        }
    }

    // By hand: the first use of the methods that records get by themselves costs 10 ms in a cold JVM, and this one is
    // used while a program is frozen.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ObjectId id && id.value == value;
    }

    @Override
    public int hashCode() {
        return value;
    }
}
