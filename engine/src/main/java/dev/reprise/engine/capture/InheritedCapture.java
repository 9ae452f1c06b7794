package dev.reprise.engine.capture;

import dev.reprise.image.state.FileOwner;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.OutsideFile;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.UnixDiag;

/** Open files in whose place restore is handed others: nothing of them is saved but the key. */
final class InheritedCapture implements OpenFileCapture {
    @Override
    public boolean recognizes(LiveDescriptor d) {
        return false; // its user says so
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) {
        if (look.descriptions().isInFlight(d.pid(), d.number())) {
            look.refuseForNow(
                    d,
                    "open file to be inherited",
                    "it is on its way in a message, where no other can take its place",
                    "try again when it is received");
        } else if (d.link().startsWith("socket:[") && isPeerInside(d, look)) {
            look.refuse(
                    d,
                    "open file to be inherited",
                    "its other end is among the processes, too",
                    "leave it to the checkpoint");
        }
    }

    private static boolean isPeerInside(LiveDescriptor d, DescriptorLook look) {
        try {
            UnixDiag diag = UnixDiag.of(LiveSocket.of(d).inode());
            return diag.peer() != 0 && look.sockets().isInside(diag.peer());
        } catch (KernelException _) {
            return false; // of another family
        }
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) {
        return new OutsideFile(
                id, d.info().statusFlags(), FileOwner.NONE, take.look().links().keyOf(id));
    }
}
