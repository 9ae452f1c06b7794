package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.KernelException;

/** How one family of sockets is captured. */
interface SocketFamily {
    /** Whether a socket is of this family. */
    boolean has(LiveSocket socket);

    /** Says to {@code look} what is in the way; asked before the freeze and again in it. */
    void look(LiveSocket socket, DescriptorLook look) throws KernelException;

    /** Its record. */
    OpenFile take(LiveSocket socket, ObjectId id, DescriptorTake take) throws KernelException;
}
