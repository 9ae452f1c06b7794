package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.FdLinks;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.UnixDiag;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which sockets are inside, by inode, and who outside has the others.
 *
 * <p>A socket has one open file description, whatever leads to it; so its inode stands for it.
 */
final class SocketIndex {
    private static final String LINK = "socket:[";

    private final Descriptions descriptions;
    private final Outsiders outsiders;
    private final Map<Long, Integer> holders = new HashMap<>();
    private @Nullable Set<Long> waiting;
    private boolean looked;

    /** {@code outsiders}: the processes that are not to be saved. */
    SocketIndex(Descriptions descriptions, Outsiders outsiders) {
        this.descriptions = descriptions;
        this.outsiders = outsiders;
    }

    /** The socket with an inode, or {@link ObjectId#NONE} when it is not among those to be saved. */
    ObjectId at(long inode) {
        for (Descriptions.Description one : descriptions.withInode(inode)) {
            if (one.link().startsWith(LINK)) {
                return one.id();
            }
        }
        return ObjectId.NONE;
    }

    boolean isInside(long inode) {
        return !at(inode).equals(ObjectId.NONE);
    }

    /** Whether it waits in the queue of a listening UNIX socket that is inside, too. */
    boolean isWaiting(long inode) throws KernelException {
        if (waiting == null) {
            waiting = new HashSet<>();
            for (Descriptions.Description one : descriptions.all()) {
                if (one.link().startsWith(LINK)) {
                    addClients(one.info().inode(), waiting);
                }
            }
        }
        return waiting.contains(inode);
    }

    private static void addClients(long inode, Set<Long> clients) throws KernelException {
        try {
            UnixDiag.of(inode).clients().forEach(client -> clients.add(Integer.toUnsignedLong(client)));
        } catch (KernelException failed) {
            failed.requireAnswer();
            // no UNIX socket
        }
    }

    /** A process outside that has a socket open, or 0: it may be on its way in a message, or held where we may not look. */
    int holderOf(long inode) throws KernelException {
        if (!looked) {
            looked = true;
            String self = Proc.link("/proc/self"); // we have copies of what we look at
            for (int pid : Proc.numbers("/proc")) {
                if (!self.equals(Integer.toString(pid))) {
                    add(pid);
                }
            }
        }
        return holders.getOrDefault(inode, 0);
    }

    private void add(int pid) throws KernelException {
        if (!outsiders.contain(pid)) {
            return;
        }
        try {
            for (String link : FdLinks.of(pid).values()) {
                if (link.startsWith(LINK)) {
                    holders.put(Long.parseLong(link.substring(LINK.length(), link.length() - 1)), pid);
                }
            }
        } catch (KernelException failed) {
            failed.requireAnswer();
            // it has ended, or is not ours to look into
        }
    }
}
