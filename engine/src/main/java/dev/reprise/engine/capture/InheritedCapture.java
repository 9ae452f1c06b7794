package dev.reprise.engine.capture;

import dev.reprise.image.state.FileOwner;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.OutsideFile;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Sockets;
import dev.reprise.kernel.UnixDiag;

/** Open files in whose place restore is handed others: nothing of them is saved but the key. */
final class InheritedCapture implements OpenFileCapture {
    @Override
    public boolean recognizes(LiveDescriptor d) {
        return false; // its user says so
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        if (look.descriptions().isInFlight(d.pid(), d.number())) {
            look.refuseForNow(
                    d,
                    "open file to be inherited",
                    "it is on its way in a message, where no other can take its place",
                    "try again when it is received");
        } else if (isBoundUp(d, look)) {
            look.refuse(
                    d,
                    "open file to be inherited",
                    "others among the processes are its other end",
                    "leave it to the checkpoint");
        }
    }

    // What is saved of the other end leads to it.
    private static boolean isBoundUp(LiveDescriptor d, DescriptorLook look) throws KernelException {
        if (d.isPathOnly()) {
            return false;
        }
        if (d.type() == Fcntl.S_IFSOCK) {
            LiveSocket socket = LiveSocket.of(d);
            return socket.domain() == Sockets.AF_UNIX ? hasUnixPeer(socket, look) : hasTcpPeer(socket, look);
        }
        return look.pseudoterminals().indexOfSlave(d) >= 0 || hasSlave(d, look);
    }

    private static boolean hasSlave(LiveDescriptor master, DescriptorLook look) {
        int index = Pseudoterminals.indexOf(master.info());
        String slave = Pseudoterminals.SLAVES + index;
        return index >= 0
                && look.descriptions().all().stream().anyMatch(one -> one.link().equals(slave));
    }

    private static boolean hasUnixPeer(LiveSocket socket, DescriptorLook look) throws KernelException {
        UnixDiag diag;
        try {
            diag = UnixDiag.of(socket.inode());
        } catch (KernelException failed) {
            if (failed.errno() == Errno.ENOENT) {
                return false; // of another network namespace, and so is its peer
            }
            throw failed;
        }
        return diag.peer() != 0 && look.sockets().isInside(diag.peer()) || socket.isListening() && diag.waiting() > 0;
    }

    private static boolean hasTcpPeer(LiveSocket socket, DescriptorLook look) throws KernelException {
        if (!new TcpSocketCapture().has(socket)) {
            return false;
        }
        TcpState state = TcpState.of(socket);
        if (state.isListening()) {
            return state.waiting() > 0;
        }
        if (!state.isConnected()) {
            return false;
        }
        TcpPeer.Whereabouts peer = TcpPeer.of(socket, look).whereabouts();
        return peer == TcpPeer.Whereabouts.INSIDE || peer == TcpPeer.Whereabouts.WAITING;
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) {
        return new OutsideFile(
                id, d.info().statusFlags(), FileOwner.NONE, take.look().links().keyOf(id));
    }
}
