package dev.reprise.engine.capture;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Poll;
import dev.reprise.kernel.Sockets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** struct tcp_info (include/uapi/linux/tcp.h), and what it means. */
final class TcpState {
    private static final int OPTIONS = 5;
    private static final int WINDOW_SCALES = 6;
    private static final int UNACKED = 24;
    private static final int SACKED = 28;
    private static final int ADVMSS = 84;
    private static final int ENOUGH = 88;

    private final ByteBuffer info;
    private final boolean hungUp;

    private TcpState(ByteBuffer info, boolean hungUp) {
        this.info = info;
        this.hungUp = hungUp;
    }

    static TcpState of(LiveSocket socket) throws KernelException {
        byte[] info = socket.view().option(Sockets.IPPROTO_TCP, Sockets.TCP_INFO);
        ByteBuffer buffer = ByteBuffer.allocate(Math.max(ENOUGH, info.length)).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(0, info);
        return new TcpState(buffer, (Poll.now(socket.d().copy()) & Poll.POLLRDHUP) != 0);
    }

    private int state() {
        return info.get(0);
    }

    boolean isListening() {
        return state() == Sockets.TCP_LISTEN;
    }

    boolean isConnecting() {
        return state() == Sockets.TCP_SYN_SENT;
    }

    /** Whether it is an end of a connection, or was one: a new socket has nothing shut down. */
    boolean isConnected() {
        return !isListening() && !isConnecting() && (state() != Sockets.TCP_CLOSE || hungUp);
    }

    /** Whether both ends have said that they end, or somebody has reset it. */
    boolean isOver() {
        return state() == Sockets.TCP_CLOSE;
    }

    /** Whether the other end has said that it ends. */
    boolean hasHeardTheEnd() {
        return switch (state()) {
            case Sockets.TCP_CLOSE, Sockets.TCP_CLOSE_WAIT, Sockets.TCP_LAST_ACK, Sockets.TCP_CLOSING -> true;
            default -> false;
        };
    }

    /** Whether its own end (FIN) is the last thing in its queue. */
    boolean hasEndInQueue() {
        return switch (state()) {
            case Sockets.TCP_FIN_WAIT1, Sockets.TCP_LAST_ACK, Sockets.TCP_CLOSING -> true;
            default -> false;
        };
    }

    /** Of a listening socket the connections that nobody has accepted. */
    int waiting() {
        return info.getInt(UNACKED);
    }

    /** Of a listening socket how many may wait. */
    int backlog() {
        return info.getInt(SACKED);
    }

    /** TCPI_OPT_*. */
    int options() {
        return info.get(OPTIONS);
    }

    /** Of what it sends (bits 0-15) and receives (16-31), as TCP_REPAIR_OPTIONS takes them. */
    int windowScales() {
        int both = info.get(WINDOW_SCALES);
        return both & 0xf | (both >> 4 & 0xf) << 16;
    }

    int segment() {
        return info.getInt(ADVMSS);
    }
}
