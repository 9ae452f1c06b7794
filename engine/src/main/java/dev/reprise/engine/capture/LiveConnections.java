package dev.reprise.engine.capture;

import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.PidFd;
import dev.reprise.kernel.SocketView;
import dev.reprise.kernel.Sockets;
import java.util.ArrayList;
import java.util.List;

/**
 * The TCP connections that a checkpoint has taken, by descriptors of ours.
 *
 * <p>Closed in repair mode, a connection goes without a word, and its addresses are free at once, before the ids of its killed
 * processes are. Otherwise one end would stay in TIME_WAIT for a minute.
 */
final class LiveConnections implements AutoCloseable {
    private final List<Fd> held = new ArrayList<>();

    void add(LiveDescriptor d) throws KernelException {
        try (PidFd process = PidFd.open(d.pid())) {
            held.add(process.copy(d.number()));
        }
    }

    /** The processes are being killed: the connections are not to be missed by anybody. */
    void forget() {
        for (Fd connection : held) {
            try {
                new SocketView(connection).set(Sockets.IPPROTO_TCP, Sockets.TCP_REPAIR, Sockets.TCP_REPAIR_ON);
            } catch (KernelException _) {
                // then it ends as it would have ended without us
            }
        }
        close();
    }

    @Override
    public void close() {
        held.forEach(Fd::close);
        held.clear();
    }
}
