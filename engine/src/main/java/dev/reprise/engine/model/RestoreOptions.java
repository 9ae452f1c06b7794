package dev.reprise.engine.model;

import dev.reprise.image.state.EnteredNamespace;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * How to restore.
 *
 * @param detached whether the program is left to init; otherwise it stays the caller's child and gets its terminal
 * @param pidNamespace whether it gets a new pid namespace, so that it can run beside its original
 * @param force whether files that differ from what the image expects are accepted; each is told to the {@link Progress}
 * @param truncate whether files that have grown since are cut back to the size they had
 * @param clock which monotonic time it sees
 * @param standardStreams what becomes its 0-2 where those led outside the image
 * @param inherited descriptors of the caller's that take the place of open files of the image, by the files' keys: those of
 *     {@link OutsideLinks}, or paths
 * @param namespaces files of namespaces to be restored in (/run/netns/NAME, /proc/PID/ns/net), instead of those that the image names
 * @param opening what opens the image
 * @param lazy whether it runs before its memory is there, which then comes out of the image file when it is touched, and
 *     otherwise meanwhile: {@code RestoredProcess.awaitMemory}
 */
public record RestoreOptions(
        boolean detached,
        boolean pidNamespace,
        boolean force,
        boolean truncate,
        Clock clock,
        StandardStreams standardStreams,
        Map<String, Integer> inherited,
        Map<EnteredNamespace.Kind, Path> namespaces,
        Opening opening,
        Optional<LazyMemory> lazy) {
    public RestoreOptions {
        inherited = Map.copyOf(inherited);
        namespaces = Map.copyOf(namespaces);
    }

    /** In the foreground, under its own ids, strictly verified. */
    public static final RestoreOptions DEFAULT = new RestoreOptions(
            false,
            false,
            false,
            false,
            Clock.KEEP,
            StandardStreams.OWN,
            Map.of(),
            Map.of(),
            Opening.NONE,
            Optional.empty());

    /** The same, left to init. */
    public RestoreOptions asDetached() {
        return new RestoreOptions(
                true, pidNamespace, force, truncate, clock, standardStreams, inherited, namespaces, opening, lazy);
    }

    /** The same in a new pid namespace. */
    public RestoreOptions inPidNamespace() {
        return new RestoreOptions(
                detached, true, force, truncate, clock, standardStreams, inherited, namespaces, opening, lazy);
    }

    /** The same with other standard streams. */
    public RestoreOptions with(StandardStreams standardStreams) {
        return new RestoreOptions(
                detached, pidNamespace, force, truncate, clock, standardStreams, inherited, namespaces, opening, lazy);
    }

    /** The same with these descriptors handed over. */
    public RestoreOptions inheriting(Map<String, Integer> inherited) {
        return new RestoreOptions(
                detached, pidNamespace, force, truncate, clock, standardStreams, inherited, namespaces, opening, lazy);
    }

    /** The same with what opens the image. */
    public RestoreOptions with(Opening opening) {
        return new RestoreOptions(
                detached, pidNamespace, force, truncate, clock, standardStreams, inherited, namespaces, opening, lazy);
    }

    /** The same, running before its memory is there. */
    public RestoreOptions with(LazyMemory lazy) {
        return new RestoreOptions(
                detached,
                pidNamespace,
                force,
                truncate,
                clock,
                standardStreams,
                inherited,
                namespaces,
                opening,
                Optional.of(lazy));
    }
}
