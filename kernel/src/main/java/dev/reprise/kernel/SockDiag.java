package dev.reprise.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** NETLINK_SOCK_DIAG: all sockets of one kind in our network namespace (include/uapi/linux/sock_diag.h). */
final class SockDiag {
    private static final int NETLINK_SOCK_DIAG = 4;
    private static final String NAME = "sock_diag";
    private static final int SOCK_DIAG_BY_FAMILY = 20;
    private static final int SOCK_DESTROY = 21;

    private SockDiag() {}

    /** The answers to a request, each without its header. */
    static List<MemorySegment> dump(Arena arena, byte[] request, String about) throws KernelException {
        try (Netlink socket = Netlink.open(NETLINK_SOCK_DIAG, NAME)) {
            return socket.dump(arena, SOCK_DIAG_BY_FAMILY, request, about).stream()
                    .map(Netlink.Answer::body)
                    .toList();
        }
    }

    /** Whether the kernel has ended the socket of a request. */
    static boolean destroy(byte[] request) {
        try (Netlink socket = Netlink.open(NETLINK_SOCK_DIAG, NAME)) {
            return socket.request(SOCK_DESTROY, 0, request, NAME) == 0;
        } catch (KernelException failed) {
            return false;
        }
    }
}
