package dev.reprise.engine.capture;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.HashSet;
import java.util.Set;

/**
 * The pipes, sockets and files that other processes have open, by the names that /proc gives them.
 *
 * <p>One pass over all descriptors of the machine, before we have copies of our own; processes that we may not look into
 * are taken to hold nothing.
 */
final class OutsideHolders {
    /** Before anybody has looked. */
    static final OutsideHolders NOBODY = new OutsideHolders(Set.of());

    private final Set<String> links;

    private OutsideHolders(Set<String> links) {
        this.links = links;
    }

    /** Among {@code wanted}, those that any process but {@code pid} has. */
    static OutsideHolders of(int pid, Set<String> wanted) throws KernelException {
        Set<String> held = new HashSet<>();
        if (!wanted.isEmpty()) {
            for (int other : Proc.numbers("/proc")) {
                if (other != pid) {
                    addLinks(other, wanted, held);
                }
            }
        }
        return new OutsideHolders(held);
    }

    private static void addLinks(int pid, Set<String> wanted, Set<String> held) {
        String directory = "/proc/" + pid + "/fd";
        try {
            for (String number : Proc.list(directory)) {
                String link = Proc.link(directory + "/" + number);
                if (wanted.contains(link)) {
                    held.add(link);
                }
            }
        } catch (KernelException _) {
            // It ended, closed something or is not ours to look into.
        }
    }

    boolean holds(String link) {
        return links.contains(link);
    }
}
