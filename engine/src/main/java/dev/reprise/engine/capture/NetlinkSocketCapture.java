package dev.reprise.engine.capture;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.NetlinkSocket;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.Socket;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Poll;
import dev.reprise.kernel.Sockets;

/** Netlink sockets: their number and the groups that they hear. */
final class NetlinkSocketCapture implements SocketFamily {
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_LIST_MEMBERSHIPS = 9;
    // struct sockaddr_nl { u16 family, pad; u32 pid, groups; }
    private static final int PID = 4;
    private static final int GROUPS = 8;

    @Override
    public boolean has(LiveSocket socket) {
        return socket.domain() == Sockets.AF_NETLINK;
    }

    @Override
    public void look(LiveSocket socket, DescriptorLook look) throws KernelException {
        socket.lookAtFilter(look, "netlink");
        int now = Poll.now(socket.d().copy());
        if ((now & (Poll.POLLIN | Poll.POLLERR)) != 0) {
            look.refuseForNow(
                    socket.d(),
                    "netlink socket with a queue",
                    "it holds messages of the kernel's that nobody has read",
                    "try again when they are read");
        }
    }

    @Override
    public OpenFile take(LiveSocket socket, ObjectId id, DescriptorTake take) throws KernelException {
        byte[] address = socket.view().localAddress();
        byte[] peer = socket.view().peerAddress();
        boolean bound = (address[PID] | address[PID + 1] | address[PID + 2] | address[PID + 3]) != 0;
        boolean connected = false;
        for (int i = PID; i < peer.length; i++) {
            connected |= peer[i] != 0;
        }
        NetlinkSocket detail = new NetlinkSocket(
                Bytes.of(socket.view().option(SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS)),
                connected ? Bytes.of(peer) : Bytes.empty(),
                socket.filter());
        // The first 32 groups are part of the address; they are joined like all others.
        for (int i = GROUPS; i < address.length; i++) {
            address[i] = 0;
        }
        Socket.State state = bound ? Socket.State.BOUND : Socket.State.UNBOUND;
        return socket.record(id, take, state, bound ? address : new byte[0], 0, detail);
    }
}
