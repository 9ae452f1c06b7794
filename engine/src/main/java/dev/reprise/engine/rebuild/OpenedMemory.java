package dev.reprise.engine.rebuild;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemFd;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.Vma;
import java.util.HashSet;
import java.util.Set;

/**
 * Shared anonymous memory that somebody has opened by its link in /proc/PID/map_files, and perhaps mapped privately: made
 * with a descriptor, as memfds are.
 */
final class OpenedMemory {
    private OpenedMemory() {}

    /** All of an image. */
    static Set<ObjectId> of(Image image) {
        Set<ObjectId> opened = new HashSet<>(0);
        for (SharedObject object : image.objects()) {
            if (object instanceof MemFd file) {
                add(image, file.memory(), opened);
            } else if (object instanceof AddressSpace space) {
                for (Vma vma : space.vmas()) {
                    if (!vma.shared() && vma.backing() instanceof Backing.SharedMemory memory) {
                        add(image, memory.memory(), opened);
                    }
                }
            }
        }
        return opened;
    }

    private static void add(Image image, ObjectId memory, Set<ObjectId> opened) {
        if (image.object(memory, MemoryObject.class).kind() == MemoryObject.Kind.SHARED_ANONYMOUS) {
            opened.add(memory);
        }
    }
}
