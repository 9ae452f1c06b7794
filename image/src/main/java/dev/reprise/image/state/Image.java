package dev.reprise.image.state;

import java.util.List;

/**
 * A whole checkpoint but for the contents of its memory, which stay in the stream.
 *
 * <p>Objects stand before their first user, a process before its children; {@code zombies} are those that have ended.
 * {@code outsideGroups} and {@code outsideSessions} are the process groups and sessions of processes of the image that
 * live outside: led by, or shared with, processes that are not in it.
 */
public record Image(
        Machine machine,
        List<SharedObject> objects,
        List<ProcessState> processes,
        List<DeadProcess> zombies,
        List<Integer> outsideGroups,
        List<Integer> outsideSessions) {
    public Image {
        objects = IndexedObjects.of(objects);
        processes = List.copyOf(processes);
        zombies = List.copyOf(zombies);
        outsideGroups = List.copyOf(outsideGroups);
        outsideSessions = List.copyOf(outsideSessions);
    }

    /** An image without zombies whose groups and sessions are its own. */
    public Image(Machine machine, List<SharedObject> objects, List<ProcessState> processes) {
        this(machine, objects, processes, List.of(), List.of(), List.of());
    }

    /** The bytes of all page data. */
    public long pageBytes() {
        long bytes = 0;
        for (SharedObject object : objects) {
            List<PageRun> runs = switch (object) {
                case AddressSpace space -> space.runs();
                case MemoryObject memory -> memory.runs();
                default -> List.of();
            };
            for (PageRun run : runs) {
                bytes += run.bytes();
            }
        }
        return bytes;
    }

    /** The processes that hold contents of its memory, which are not in the stream. */
    public List<Twin> twins() {
        return objects.stream()
                .filter(Twin.class::isInstance)
                .map(Twin.class::cast)
                .toList();
    }

    /** The same as if no process held anything of it. */
    public Image withoutTwins() {
        return with(objects.stream().filter(object -> !(object instanceof Twin)).toList());
    }

    /** The same with other objects. */
    public Image with(List<SharedObject> objects) {
        return new Image(machine, objects, processes, zombies, outsideGroups, outsideSessions);
    }

    /** The object with an id, of the wanted kind. */
    public <T extends SharedObject> T object(ObjectId id, Class<T> kind) {
        SharedObject likely = objects instanceof IndexedObjects indexed ? indexed.withId(id) : null;
        if (kind.isInstance(likely)) {
            return kind.cast(likely);
        }
        for (SharedObject object : objects) {
            if (object.id().equals(id) && kind.isInstance(object)) {
                return kind.cast(object);
            }
        }
        throw new IllegalArgumentException("no " + kind.getSimpleName() + " with id " + id.value());
    }
}
