package dev.reprise.image.state;

import java.util.AbstractList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** An immutable list of objects that are also found by their ids: a set of a hundred processes asks for some ten thousand times. */
final class IndexedObjects extends AbstractList<SharedObject> implements RandomAccess {
    private final List<SharedObject> objects;
    private final Map<ObjectId, SharedObject> byId;

    private IndexedObjects(List<SharedObject> objects) {
        this.objects = List.copyOf(objects);
        byId = HashMap.newHashMap(objects.size());
        for (SharedObject object : this.objects) {
            byId.putIfAbsent(object.id(), object);
        }
    }

    static IndexedObjects of(List<SharedObject> objects) {
        return objects instanceof IndexedObjects same ? same : new IndexedObjects(objects);
    }

    /** The first one with an id. */
    @Nullable
    SharedObject withId(ObjectId id) {
        return byId.get(id);
    }

    @Override
    public SharedObject get(int index) {
        return objects.get(index);
    }

    @Override
    public int size() {
        return objects.size();
    }
}
