package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_recvfrom;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sendto;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_socket;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What NETLINK_SOCK_DIAG tells of a UNIX socket (include/uapi/linux/unix_diag.h).
 *
 * @param waiting of a listening socket the connections that wait; of others the bytes that wait to be read, of a
 *     datagram socket those of the first message only
 * @param backlog of a listening socket; of others the bytes sent that nobody has read
 * @param peer the inode of the socket that it is connected to; 0 where there is none, or nobody has it open any more
 * @param shutdown RCV_SHUTDOWN 1, SEND_SHUTDOWN 2
 * @param fileInode the lower half of the inode that it is bound to; 0 where there is none
 * @param fileDevice its device, as 12 bits of major and 20 of minor number
 * @param clients of a listening socket the inodes of those who wait, the first in front; 0 for one that is gone
 */
public record UnixDiag(
        int waiting, int backlog, int peer, int shutdown, List<Integer> clients, int fileInode, int fileDevice) {
    public UnixDiag {
        clients = List.copyOf(clients);
    }

    private static final int NETLINK_SOCK_DIAG = 4;
    private static final int SOCK_DIAG_BY_FAMILY = 20;
    private static final int NLMSG_ERROR = 2;
    private static final int NLM_F_REQUEST = 1;
    private static final int UDIAG_SHOW_VFS = 2;
    private static final int UDIAG_SHOW_PEER = 4;
    private static final int UDIAG_SHOW_ICONS = 8;
    private static final int UDIAG_SHOW_RQLEN = 0x10;
    private static final int UNIX_DIAG_VFS = 1;
    private static final int UNIX_DIAG_PEER = 2;
    private static final int UNIX_DIAG_ICONS = 3;
    private static final int UNIX_DIAG_RQLEN = 4;
    private static final int UNIX_DIAG_SHUTDOWN = 6;
    private static final int ATTRIBUTE = 4;
    private static final int HEADER = 16;
    private static final int REQUEST = 24;
    private static final int MESSAGE = 16;
    private static final int BUFFER = 8192;

    /** Of the socket with an inode in our network namespace. */
    public static UnixDiag of(long inode) throws KernelException {
        long socket = Door.require(
                Door.call(SYS_socket, Sockets.AF_NETLINK, Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC, NETLINK_SOCK_DIAG),
                "socket",
                "NETLINK_SOCK_DIAG");
        try (Fd fd = new Fd(socket);
                Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER, 8);
            ask(buffer, inode);
            Door.require(
                    Door.call(SYS_sendto, fd.number(), buffer.address(), HEADER + REQUEST, 0, 0, 0),
                    "sendto",
                    "NETLINK_SOCK_DIAG");
            long length = Door.require(
                    Door.call(SYS_recvfrom, fd.number(), buffer.address(), BUFFER, 0, 0, 0),
                    "recvfrom",
                    "NETLINK_SOCK_DIAG");
            return parse(buffer, length, inode);
        }
    }

    // struct nlmsghdr { u32 len; u16 type, flags; u32 seq, pid; }
    // struct unix_diag_req { u8 family, protocol; u16 pad; u32 states, ino, show, cookie[2]; }
    private static void ask(MemorySegment m, long inode) {
        m.set(JAVA_INT, 0, HEADER + REQUEST);
        m.set(JAVA_SHORT, 4, (short) SOCK_DIAG_BY_FAMILY);
        m.set(JAVA_SHORT, 6, (short) NLM_F_REQUEST);
        m.set(JAVA_BYTE, HEADER, (byte) Sockets.AF_UNIX);
        m.set(JAVA_INT, HEADER + 4, -1);
        m.set(JAVA_INT, HEADER + 8, (int) inode);
        m.set(JAVA_INT, HEADER + 12, UDIAG_SHOW_VFS | UDIAG_SHOW_PEER | UDIAG_SHOW_ICONS | UDIAG_SHOW_RQLEN);
        m.set(JAVA_INT, HEADER + 16, -1);
        m.set(JAVA_INT, HEADER + 20, -1);
    }

    // struct unix_diag_msg { u8 family, type, state, pad; u32 ino, cookie[2]; }, then attributes { u16 len, type; ... }
    private static UnixDiag parse(MemorySegment m, long length, long inode) throws KernelException {
        if (m.get(JAVA_SHORT, 4) == NLMSG_ERROR) {
            throw new KernelException("sock_diag", "inode " + inode, Errno.of(m.get(JAVA_INT, HEADER)));
        }
        int waiting = -1;
        int backlog = 0;
        int peer = 0;
        int shutdown = 0;
        int fileInode = 0;
        int fileDevice = 0;
        List<Integer> clients = new ArrayList<>();
        for (long at = HEADER + MESSAGE; at + ATTRIBUTE <= length; ) {
            int size = Short.toUnsignedInt(m.get(JAVA_SHORT, at));
            long value = at + ATTRIBUTE;
            switch (m.get(JAVA_SHORT, at + 2)) {
                case UNIX_DIAG_VFS -> {
                    fileInode = m.get(JAVA_INT, value);
                    fileDevice = m.get(JAVA_INT, value + 4);
                }
                case UNIX_DIAG_PEER -> peer = m.get(JAVA_INT, value);
                case UNIX_DIAG_SHUTDOWN -> shutdown = m.get(JAVA_BYTE, value);
                case UNIX_DIAG_RQLEN -> {
                    waiting = m.get(JAVA_INT, value);
                    backlog = m.get(JAVA_INT, value + 4);
                }
                case UNIX_DIAG_ICONS -> {
                    for (long i = value; i < at + size; i += 4) {
                        clients.add(m.get(JAVA_INT, i));
                    }
                }
                default -> {}
            }
            at += (size + 3) & ~3;
        }
        if (waiting < 0) {
            throw new KernelException("sock_diag", "inode " + inode, Errno.ENODATA);
        }
        return new UnixDiag(waiting, backlog, peer, shutdown, clients, fileInode, fileDevice);
    }
}
