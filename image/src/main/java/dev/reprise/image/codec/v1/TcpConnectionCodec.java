package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.TcpConnection;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import dev.reprise.image.wire.UnknownFieldException;
import java.io.IOException;

/** The TCP part of socket.proto. */
final class TcpConnectionCodec {
    private TcpConnectionCodec() {}

    static MessageWriter write(TcpConnection tcp) {
        MessageWriter m = new MessageWriter();
        m.u32(1, tcp.peer().value());
        m.bytes(2, tcp.peerAddress().toArray());
        m.u32(3, tcp.shutdown());
        m.bytes(4, tcp.unread().toArray());
        m.bytes(5, tcp.unsent().toArray());
        m.u32(6, tcp.options());
        m.u32(7, tcp.windowScales());
        m.u32(8, tcp.segment());
        m.u32(9, number(tcp.ending()));
        m.bytes(10, tcp.filter().toArray());
        m.u32(11, tcp.urgentAt() + 1);
        return m;
    }

    static TcpConnection read(MessageReader m) throws IOException {
        ObjectId peer = ObjectId.NONE;
        Bytes peerAddress = Bytes.empty();
        int shutdown = 0;
        Bytes unread = Bytes.empty();
        Bytes unsent = Bytes.empty();
        int options = 0;
        int windowScales = 0;
        int segment = 0;
        int ending = 0;
        Bytes filter = Bytes.empty();
        int urgentAt = TcpConnection.NOT_URGENT;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> peer = new ObjectId(m.u32());
                case 2 -> peerAddress = Bytes.of(m.bytes());
                case 3 -> shutdown = m.u32();
                case 4 -> unread = Bytes.of(m.bytes());
                case 5 -> unsent = Bytes.of(m.bytes());
                case 6 -> options = m.u32();
                case 7 -> windowScales = m.u32();
                case 8 -> segment = m.u32();
                case 9 -> ending = m.u32();
                case 10 -> filter = Bytes.of(m.bytes());
                case 11 -> urgentAt = m.u32() - 1;
                default -> throw m.unknown("TcpConnection");
            }
        }
        return new TcpConnection(
                peer,
                peerAddress,
                shutdown,
                unread,
                unsent,
                options,
                windowScales,
                segment,
                ending(ending),
                filter,
                urgentAt);
    }

    private static int number(TcpConnection.Ending ending) {
        return switch (ending) {
            case OPEN -> 1;
            case CLOSED -> 2;
            case RESET -> 3;
        };
    }

    private static TcpConnection.Ending ending(int number) throws UnknownFieldException {
        return switch (number) {
            case 1 -> TcpConnection.Ending.OPEN;
            case 2 -> TcpConnection.Ending.CLOSED;
            case 3 -> TcpConnection.Ending.RESET;
            default -> throw new UnknownFieldException("ending " + number + " of TcpConnection is not known");
        };
    }
}
