package dev.reprise.engine.capture;

import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FifoEnd;
import dev.reprise.image.state.MemFd;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PipeEnd;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.SocketOption;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Captured objects under the ids of the records they were made from, matched by descriptor; options and epoll members in order. */
record Renumbered(List<SharedObject> objects) {
    Renumbered(List<SharedObject> found, FdTable table, List<SharedObject> wanted, List<Descriptor> descriptors) {
        this(rename(found, ids(found, table, wanted, descriptors)));
    }

    private static Map<ObjectId, ObjectId> ids(
            List<SharedObject> found, FdTable table, List<SharedObject> wanted, List<Descriptor> descriptors) {
        Map<ObjectId, ObjectId> ids = new HashMap<>();
        for (Descriptor descriptor : descriptors) {
            for (Descriptor other : table.descriptors()) {
                if (other.number() == descriptor.number()) {
                    ids.put(other.openFile(), descriptor.openFile());
                    ids.put(behind(object(found, other.openFile())), behind(object(wanted, descriptor.openFile())));
                }
            }
        }
        return ids;
    }

    private static SharedObject object(List<SharedObject> objects, ObjectId id) {
        return objects.stream().filter(o -> o.id().equals(id)).findFirst().orElseThrow();
    }

    private static ObjectId behind(SharedObject file) {
        return switch (file) {
            case PipeEnd end -> end.pipe();
            case FifoEnd end -> end.pipe();
            case MemFd memory -> memory.memory();
            default -> ObjectId.NONE;
        };
    }

    private static List<SharedObject> rename(List<SharedObject> found, Map<ObjectId, ObjectId> ids) {
        return found.stream().map(o -> (SharedObject) rename(o, ids)).toList();
    }

    private static Object rename(Object value, Map<ObjectId, ObjectId> ids) {
        if (value instanceof ObjectId id) {
            return ids.getOrDefault(id, id);
        } else if (value instanceof List<?> list) {
            List<Object> renamed = new ArrayList<>();
            list.forEach(o -> renamed.add(rename(o, ids)));
            if (!renamed.isEmpty() && renamed.getFirst() instanceof SocketOption) {
                renamed.sort(
                        Comparator.comparingInt(o -> ((SocketOption) o).level() * 1000 + ((SocketOption) o).name()));
            }
            if (!renamed.isEmpty() && renamed.getFirst() instanceof EpollMember) {
                renamed.sort(Comparator.comparingInt(o -> ((EpollMember) o).number()));
            }
            return renamed;
        } else if (value instanceof Record) {
            try {
                RecordComponent[] components = value.getClass().getRecordComponents();
                Class<?>[] types = new Class<?>[components.length];
                Object[] values = new Object[components.length];
                for (int i = 0; i < components.length; i++) {
                    types[i] = components[i].getType();
                    values[i] = rename(components[i].getAccessor().invoke(value), ids);
                }
                return value.getClass().getConstructor(types).newInstance(values);
            } catch (ReflectiveOperationException failure) {
                throw new LinkageError("a record without its parts", failure);
            }
        }
        return value;
    }
}
