package dev.reprise.image.state;

import java.util.List;

/**
 * A whole checkpoint but for the contents of its memory, which stay in the stream.
 *
 * <p>Objects stand before their first user, processes (roots first) in order.
 */
public record Image(Machine machine, List<SharedObject> objects, List<ProcessState> processes) {
    public Image {
        objects = List.copyOf(objects);
        processes = List.copyOf(processes);
    }

    /** The object with an id, of the wanted kind. */
    public <T extends SharedObject> T object(ObjectId id, Class<T> kind) {
        // Ids are given in order of appearance, so that the object mostly stands where its id says.
        int likely = id.value() - 1;
        if (likely >= 0 && likely < objects.size()) {
            SharedObject object = objects.get(likely);
            if (object.id().equals(id) && kind.isInstance(object)) {
                return kind.cast(object);
            }
        }
        for (SharedObject object : objects) {
            if (object.id().equals(id) && kind.isInstance(object)) {
                return kind.cast(object);
            }
        }
        throw new IllegalArgumentException("no " + kind.getSimpleName() + " with id " + id.value());
    }
}
