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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Packet sockets: what they are bound to, and what they have joined. */
final class PacketSocketCapture implements SocketFamily {
    /** sizeof(struct sockaddr_ll). */
    private static final int ADDRESS = 20;

    private static final int SOCK_PACKET = 10;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_VERSION = 10;
    private static final int PACKET_FANOUT = 18;
    /** PACKET_FANOUT_FLAG_UNIQUEID, among what PACKET_FANOUT takes: the id has been found. */
    private static final int UNIQUE = 0x2000 << 16;

    @Override
    public boolean has(LiveSocket socket) {
        return socket.domain() == Sockets.AF_PACKET;
    }

    @Override
    public void look(LiveSocket socket, DescriptorLook look) throws KernelException {
        socket.lookAtFilter(look, "packet");
        PacketDiag diag = PacketDiag.of(socket.inode());
        if (!PacketRings.areNew(socket.d().copy(), diag, version(socket))) {
            look.refuse(
                    socket.d(),
                    "packet socket with a ring",
                    "packets have been in its memory, and the kernel does not tell how far",
                    "close it");
        } else if (isProgram(fanout(socket))) {
            look.refuse(
                    socket.d(),
                    "packet socket in a fanout group",
                    "a BPF program distributes the packets, which cannot be read",
                    "close it");
        } else if ((Poll.now(socket.d().copy()) & Poll.POLLIN) != 0) {
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
        PacketDiag diag = PacketDiag.of(socket.inode());
        for (byte[] one : diag.memberships()) {
            memberships.add(Bytes.of(one));
        }
        PacketSocket detail = new PacketSocket(
                memberships,
                socket.filter(),
                PacketRings.request(diag.receiveRing(), version(socket)),
                PacketRings.request(diag.sendRing(), version(socket)),
                fanout(socket) & ~UNIQUE);
        return socket.record(id, take, Socket.State.BOUND, address(socket), 0, detail);
    }

    private static byte[] address(LiveSocket socket) throws KernelException {
        byte[] address = socket.view().localAddress();
        if (socket.type() != SOCK_PACKET) {
            // getsockname(2) leaves out what the device's address does not need, bind(2) wants all.
            return Arrays.copyOf(address, ADDRESS);
        }
        // The name of a device; without one it is not bound, and bind(2) takes no empty one.
        return address.length > Short.BYTES && address[Short.BYTES] != 0 ? address : new byte[0];
    }

    private static int version(LiveSocket socket) {
        return number(socket, PACKET_VERSION);
    }

    private static int fanout(LiveSocket socket) {
        return number(socket, PACKET_FANOUT);
    }

    // A SOCK_PACKET has no options.
    private static int number(LiveSocket socket, int name) {
        byte[] value = socket.view().option(SOL_PACKET, name);
        return value.length < Integer.BYTES
                ? 0
                : ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
    }

    // PACKET_FANOUT_CBPF, PACKET_FANOUT_EBPF
    private static boolean isProgram(int fanout) {
        int type = fanout >> 16 & 0xff;
        return type == 6 || type == 7;
    }
}
