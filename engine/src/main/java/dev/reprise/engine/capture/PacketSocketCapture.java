package dev.reprise.engine.capture;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.PacketSocket;
import dev.reprise.image.state.Socket;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.PacketDiag;
import dev.reprise.kernel.Poll;
import dev.reprise.kernel.Sockets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Packet sockets: what they are bound to, and what they have joined. */
final class PacketSocketCapture implements SocketFamily {
    /** sizeof(struct sockaddr_ll). */
    private static final int ADDRESS = 20;

    @Override
    public boolean has(LiveSocket socket) {
        return socket.domain() == Sockets.AF_PACKET;
    }

    @Override
    public void look(LiveSocket socket, DescriptorLook look) throws KernelException {
        socket.lookAtFilter(look, "packet");
        PacketDiag diag = PacketDiag.of(socket.inode());
        if (diag.ring()) {
            look.refuse(
                    socket.d(), "packet socket with a ring", "packets go through memory (PACKET_RX_RING)", "close it");
        }
        if (diag.fanout()) {
            look.refuse(socket.d(), "packet socket in a fanout group", "it shares packets with others", "close it");
        }
        if ((Poll.now(socket.d().copy()) & Poll.POLLIN) != 0) {
            look.refuseForNow(
                    socket.d(),
                    "packet socket with a queue",
                    "it holds packets that nobody has read",
                    "try again when they are read");
        }
    }

    @Override
    public OpenFile take(LiveSocket socket, ObjectId id, DescriptorTake take) throws KernelException {
        List<Bytes> memberships = new ArrayList<>();
        for (byte[] one : PacketDiag.of(socket.inode()).memberships()) {
            memberships.add(Bytes.of(one));
        }
        // getsockname(2) leaves out what the device's address does not need, bind(2) wants all.
        byte[] address = Arrays.copyOf(socket.view().localAddress(), ADDRESS);
        PacketSocket detail = new PacketSocket(memberships, socket.filter());
        return socket.record(id, take, Socket.State.BOUND, address, 0, detail);
    }
}
