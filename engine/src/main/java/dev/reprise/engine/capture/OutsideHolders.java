package dev.reprise.engine.capture;

import dev.reprise.image.state.FileIdentity;
import dev.reprise.kernel.FdLinks;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What processes outside a set have open of what those inside have open: pipes and FIFOs by their names in /proc, descriptions
 * without a file (eventfd, epoll, ...) by kcmp.
 *
 * <p>One pass over all descriptors of the machine, before we have copies of our own; processes that we may not look into
 * are taken to hold nothing.
 */
final class OutsideHolders {
    private static final String PIPE = "pipe:[";
    private static final String NAMELESS = "anon_inode:";
    /** Each open file of this name is the master of a terminal of its own. */
    private static final String MASTER = "/ptmx";

    /** Before anybody has looked. */
    static final OutsideHolders NOBODY = new OutsideHolders(new Descriptions());

    private record Place(int pid, int number, String link) {}

    private final Descriptions descriptions;
    private final Set<String> links = new HashSet<>();
    // By where the description was seen: ids are given anew in the freeze.
    private final Map<Place, Integer> holders = new HashMap<>();

    private OutsideHolders(Descriptions descriptions) {
        this.descriptions = descriptions;
    }

    /** Of what {@code descriptions} of some processes are, what any process has that is outside {@code set}. */
    static OutsideHolders of(ProcessSet set, Descriptions descriptions) throws KernelException {
        Set<String> wanted = new HashSet<>();
        OutsideHolders outside = new OutsideHolders(descriptions);
        Set<Integer> inside = set.ids();
        Outsiders outsiders = set.outsiders();
        for (Descriptions.Description one : descriptions.all()) {
            if (matters(one)) {
                wanted.add(one.link());
            }
            int terminal = Pseudoterminals.indexOf(one.info());
            if (terminal >= 0) {
                wanted.add(Pseudoterminals.SLAVES + terminal);
            }
        }
        if (!wanted.isEmpty()) {
            for (int other : Proc.numbers("/proc")) {
                if (!inside.contains(other)) {
                    outside.add(other, wanted, outsiders);
                }
            }
        }
        return outside;
    }

    // A file's other users are nothing to us, and a socket without a peer has nothing outside.
    private static boolean matters(Descriptions.Description one) throws KernelException {
        String link = one.link();
        return link.startsWith("/") ? isNamed(link) || isFifo(one) : link.startsWith(PIPE) || link.startsWith(NAMELESS);
    }

    private static boolean isNamed(String path) {
        return path.startsWith(Pseudoterminals.SLAVES) || path.endsWith(MASTER) || isNameless(path);
    }

    private static boolean isFifo(Descriptions.Description one) throws KernelException {
        try {
            return FileStatus.of("/proc/" + one.pid() + "/fd/" + one.number()).isFifo();
        } catch (KernelException failed) {
            failed.requireAnswer();
            return false; // closed meanwhile
        }
    }

    private void add(int pid, Set<String> wanted, Outsiders outsiders) throws KernelException {
        try {
            Map<Integer, String> open = FdLinks.of(pid);
            open.values().retainAll(wanted);
            if (!open.isEmpty() && outsiders.contain(pid)) {
                for (Map.Entry<Integer, String> one : open.entrySet()) {
                    addOpen(pid, one.getKey(), one.getValue());
                }
            }
        } catch (KernelException failed) {
            failed.requireAnswer();
            // it has ended, or is not ours to look into
        }
    }

    private void addOpen(int pid, int number, String link) throws KernelException {
        try {
            add(pid, number, link);
        } catch (KernelException failed) {
            failed.requireAnswer();
            // This one was closed meanwhile; the others still count.
        }
    }

    private void add(int pid, int number, String link) throws KernelException {
        links.add(link.startsWith("/") ? name(link, FileStatus.of("/proc/" + pid + "/fd/" + number)) : link);
        if (link.startsWith(NAMELESS) || link.endsWith(MASTER)) {
            Descriptions.Description same = descriptions.sharedWith(pid, number, link);
            if (same != null) {
                holders.put(new Place(same.pid(), same.number(), same.link()), pid);
            }
        }
    }

    private static boolean isNameless(String link) {
        return link.endsWith(FileIdentity.DELETED);
    }

    // Many memfds, or deleted files, have one name, and a path leads elsewhere in another mount namespace.
    private static String name(String link, FileStatus status) {
        return isNameless(link) || status.isFifo() || link.startsWith(Pseudoterminals.SLAVES)
                ? link + " " + status.device() + " " + status.inode()
                : link;
    }

    /** Whether somebody has the pipe, FIFO or memfd. */
    boolean holds(LiveDescriptor d) {
        return links.contains(d.link().startsWith("/") ? name(d.link(), d.status()) : d.link());
    }

    /** Whether somebody has a terminal open, by the name that it has for a process. */
    boolean holdsTerminal(int pid, String name) throws KernelException {
        try {
            return links.contains(name(name, FileStatus.of("/proc/" + pid + "/root" + name)));
        } catch (KernelException hidden) {
            hidden.requireAnswer();
            return false;
        }
    }

    /** Who has a description without a file, too; 0 for nobody. */
    int holderOf(LiveDescriptor d) {
        return holders.getOrDefault(new Place(d.pid(), d.number(), d.link()), 0);
    }
}
