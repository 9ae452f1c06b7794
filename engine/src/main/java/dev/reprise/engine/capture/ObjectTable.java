package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.SharedObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The shared objects of a checkpoint in order of appearance: what is seen again under the same key gets the same id.
 *
 * <p>A key is whatever identifies an object while everything is frozen: a pipe's inode, a (device, inode) pair, the
 * first descriptor that kcmp(2) found equal.
 */
final class ObjectTable {
    private final Map<Object, ObjectId> ids = new HashMap<>();
    private final List<SharedObject> objects = new ArrayList<>();
    private int last;

    /** A new id, not findable by key. */
    ObjectId newId() {
        return new ObjectId(++last);
    }

    /** The id of an object seen before, or {@link ObjectId#NONE}. */
    ObjectId find(Object key) {
        return ids.getOrDefault(key, ObjectId.NONE);
    }

    /** A new id for the object under {@code key}; its record follows with {@link #add}. */
    ObjectId register(Object key) {
        ObjectId id = newId();
        if (ids.put(key, id) != null) {
            throw new IllegalStateException("registered twice: " + key);
        }
        return id;
    }

    /** Adds an object's record; objects it refers to must have been added before. */
    void add(SharedObject object) {
        objects.add(object);
    }

    /** All records, in the order of the stream. */
    List<SharedObject> objects() {
        return List.copyOf(objects);
    }
}
