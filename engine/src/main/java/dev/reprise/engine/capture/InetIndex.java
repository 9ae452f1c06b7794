package dev.reprise.engine.capture;

import dev.reprise.kernel.InetDiag;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Sockets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the kernel tells of TCP and UDP sockets, asked once for each kind. */
final class InetIndex {
    private final Map<Integer, List<InetDiag>> known = new HashMap<>();

    /** All sockets of a protocol, of IPv4 and IPv6. */
    List<InetDiag> all(int protocol) throws KernelException {
        List<InetDiag> all = known.get(protocol);
        if (all == null) {
            all = new ArrayList<>(InetDiag.all(Sockets.AF_INET, protocol));
            all.addAll(InetDiag.all(Sockets.AF_INET6, protocol));
            known.put(protocol, all);
        }
        return all;
    }

    /** The one with an inode; null for one that is neither bound nor connected, which the kernel does not list. */
    @Nullable
    InetDiag at(int protocol, long inode) throws KernelException {
        for (InetDiag one : all(protocol)) {
            if (Integer.toUnsignedLong(one.inode()) == inode) {
                return one;
            }
        }
        return null;
    }
}
