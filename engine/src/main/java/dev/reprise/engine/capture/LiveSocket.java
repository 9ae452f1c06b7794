package dev.reprise.engine.capture;

import static dev.reprise.kernel.Sockets.SOL_SOCKET;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OutsideFile;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.SocketDetail;
import dev.reprise.image.state.SocketOption;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.SocketView;
import dev.reprise.kernel.Sockets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A socket of the process that is looked at, by a descriptor of ours. */
record LiveSocket(LiveDescriptor d, SocketView view, int domain, int type, int protocol) {
    private static final int EBPF = -1;
    private static final int FILTER_ENTRY = 8; // struct sock_filter

    static LiveSocket of(LiveDescriptor d) throws KernelException {
        SocketView view = new SocketView(d.copy());
        return new LiveSocket(
                d,
                view,
                view.number(SOL_SOCKET, Sockets.SO_DOMAIN),
                view.number(SOL_SOCKET, Sockets.SO_TYPE),
                view.number(SOL_SOCKET, Sockets.SO_PROTOCOL));
    }

    boolean isListening() throws KernelException {
        return view.number(SOL_SOCKET, Sockets.SO_ACCEPTCONN) != 0;
    }

    /** Its place in /proc and in sock_diag. */
    long inode() {
        return d.status().inode();
    }

    /** Says that its filter cannot be saved, if so. */
    void lookAtFilter(DescriptorLook look, String kind) throws KernelException {
        if (filterLength() == EBPF) {
            look.refuse(d, "socket filter", "an eBPF program is attached to the " + kind + " socket", "detach it");
        }
        if (GroupFilter.isExtended(this, look.kernel())) {
            look.refuse(
                    d,
                    "filter of a group of sockets",
                    "an eBPF program chooses among those that have the " + kind + " socket's port",
                    "detach it");
        }
    }

    // In entries; for an eBPF program there is no way back (EACCES).
    private long filterLength() {
        long length = view.length(SOL_SOCKET, Sockets.SO_GET_FILTER);
        return length == -Errno.EACCES.code() ? EBPF : Math.max(0, length);
    }

    private List<SocketOption> options(Socket.State state, KernelView kernel) throws KernelException {
        List<SocketOption> options = new ArrayList<>(SocketOptions.of(this, state == Socket.State.CONNECTED));
        options.addAll(GroupFilter.of(this, kernel));
        return options;
    }

    /** Its classic BPF program, as SO_ATTACH_FILTER takes it; empty without one. */
    Bytes filter() {
        long length = filterLength();
        if (length <= 0) {
            return Bytes.empty();
        }
        // SO_GET_FILTER counts in entries, not in bytes.
        return Bytes.of(view.filter((int) length, FILTER_ENTRY));
    }

    /** Its record; of a socket without a file. */
    Socket record(
            ObjectId id, DescriptorTake take, Socket.State state, byte[] address, int backlog, SocketDetail detail)
            throws KernelException {
        return record(id, take, state, address, backlog, UnixName.NONE, detail);
    }

    /** Its record. */
    Socket record(
            ObjectId id,
            DescriptorTake take,
            Socket.State state,
            byte[] address,
            int backlog,
            UnixName name,
            SocketDetail detail)
            throws KernelException {
        boolean named = !name.file().equals(Socket.NO_FILE);
        return new Socket(
                id,
                d.info().statusFlags(),
                take.owner(d),
                domain,
                type,
                protocol,
                state,
                Bytes.of(address),
                backlog,
                name.file(),
                named ? name.ownership() : d.ownership(),
                options(state, take.look().kernel()),
                detail);
    }

    /** What takes the place of a standard stream that leads outside. */
    OutsideFile outside(ObjectId id, DescriptorTake take) throws KernelException {
        return new OutsideFile(id, d.info().statusFlags(), take.owner(d), d.link());
    }

    /** Whether a sockaddr_in or sockaddr_in6 has a port or an address. */
    static boolean isBound(byte[] address) {
        byte[] unbound = new byte[address.length];
        return address.length > 2 && !Arrays.equals(address, 2, address.length, unbound, 2, address.length);
    }
}
