package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.KernelException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sockets, asked through a descriptor of ours; each family has its own rules. */
final class SocketCapture implements OpenFileCapture {
    private static final List<SocketFamily> FAMILIES = List.of(
            new UnixSocketCapture(),
            new TcpSocketCapture(),
            new DatagramSocketCapture(),
            new NetlinkSocketCapture(),
            new PacketSocketCapture());

    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.type() == Fcntl.S_IFSOCK;
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        LiveSocket socket = LiveSocket.of(d);
        SocketFamily family = familyOf(socket);
        if (family == null) {
            look.refuse(d, SocketNames.of(socket) + " socket", "sockets of this kind cannot be saved", "close it");
        } else {
            family.look(socket, look);
            lookAtHolders(socket, look);
        }
    }

    // Going through all processes is for the look before the freeze.
    private static void lookAtHolders(LiveSocket socket, DescriptorLook look) throws KernelException {
        if (look.isFrozen() || look.isStandardStream(socket.d()) || look.isCut(socket.d())) {
            return;
        }
        int holder = look.sockets().holderOf(socket.inode());
        if (holder != 0) {
            look.refuseLink(
                    socket.d(),
                    "socket shared with another process",
                    "process " + holder + " has it open, too",
                    "checkpoint the processes together, or close it");
        }
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        LiveSocket socket = LiveSocket.of(d);
        SocketFamily family = familyOf(socket);
        if (family == null) {
            throw new IllegalStateException("was refused: " + d.link());
        }
        return family.take(socket, id, take);
    }

    private static @Nullable SocketFamily familyOf(LiveSocket socket) {
        for (SocketFamily family : FAMILIES) {
            if (family.has(socket)) {
                return family;
            }
        }
        return null;
    }
}
