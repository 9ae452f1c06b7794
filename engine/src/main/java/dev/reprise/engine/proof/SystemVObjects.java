package dev.reprise.engine.proof;

import dev.reprise.image.state.Image;
import dev.reprise.image.state.IpcIdentity;
import dev.reprise.image.state.MessageQueue;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.SemaphoreSet;
import dev.reprise.image.state.SharedMemorySegment;
import dev.reprise.image.state.SharedObject;
import org.jspecify.annotations.Nullable;

/** Objects that are known by their numbers in an IPC namespace. */
final class SystemVObjects {
    private SystemVObjects() {}

    /** What an object is known by; null for all others. */
    static @Nullable IpcIdentity identity(SharedObject object) {
        return switch (object) {
            case SharedMemorySegment segment -> segment.identity();
            case SemaphoreSet set -> set.identity();
            case MessageQueue queue -> queue.identity();
            default -> null;
        };
    }

    /** The object of a kind with a number. */
    static @Nullable SharedObject find(Image image, Class<?> kind, ObjectId namespace, int id) {
        for (SharedObject object : image.objects()) {
            IpcIdentity identity = identity(object);
            if (identity != null
                    && object.getClass().equals(kind)
                    && identity.namespace().equals(namespace)
                    && identity.id() == id) {
                return object;
            }
        }
        return null;
    }
}
