package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.SocketDetail;
import dev.reprise.image.state.SocketOption;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import dev.reprise.image.wire.UnknownFieldException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** socket.proto. */
final class SocketCodec {
    private SocketCodec() {}

    static MessageWriter write(Socket socket) {
        MessageWriter m = OpenFileHead.write(socket);
        m.u32(4, socket.domain());
        m.u32(5, socket.type());
        m.u32(6, socket.protocol());
        m.u32(7, number(socket.state()));
        m.bytes(8, socket.localAddress().toArray());
        m.signed(9, socket.backlog());
        // Of NO_FILE nothing is left, so the field is left out.
        m.bytes(10, FileIdentityCodec.write(socket.boundFile()).toByteArray());
        for (SocketOption option : socket.options()) {
            MessageWriter o = new MessageWriter();
            o.u32(1, option.level());
            o.u32(2, option.name());
            o.bytes(3, option.value().toArray());
            m.message(11, o);
        }
        m.message(12, OwnershipCodec.write(socket.ownership()));
        SocketDetailCodec.write(m, socket.detail());
        return m;
    }

    static Socket read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        int domain = 0;
        int type = 0;
        int protocol = 0;
        int state = 0;
        Bytes localAddress = Bytes.empty();
        int backlog = 0;
        FileIdentity boundFile = Socket.NO_FILE;
        Ownership ownership = Ownership.ROOT;
        List<SocketOption> options = new ArrayList<>();
        SocketDetail detail = null;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> domain = m.u32();
                case 5 -> type = m.u32();
                case 6 -> protocol = m.u32();
                case 7 -> state = m.u32();
                case 8 -> localAddress = Bytes.of(m.bytes());
                case 9 -> backlog = m.signed32();
                case 10 -> boundFile = FileIdentityCodec.read(m.message());
                case 11 -> options.add(option(m.message()));
                case 12 -> ownership = OwnershipCodec.read(m.message());
                case SocketDetailCodec.UNIX -> detail = UnixSocketCodec.read(m.message());
                case SocketDetailCodec.INET -> detail = SocketDetailCodec.inet(m.message());
                case SocketDetailCodec.TCP -> detail = TcpConnectionCodec.read(m.message());
                case SocketDetailCodec.NETLINK -> detail = SocketDetailCodec.netlink(m.message());
                case SocketDetailCodec.PACKET -> detail = SocketDetailCodec.packet(m.message());
                default -> head.read(field, m, "Socket");
            }
        }
        return new Socket(
                head.id(),
                head.flags(),
                head.owner(),
                domain,
                type,
                protocol,
                state(state),
                localAddress,
                backlog,
                boundFile,
                ownership,
                options,
                MessageReader.require(detail, "Socket.detail"));
    }

    private static SocketOption option(MessageReader m) throws IOException {
        int level = 0;
        int name = 0;
        Bytes value = Bytes.empty();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> level = m.u32();
                case 2 -> name = m.u32();
                case 3 -> value = Bytes.of(m.bytes());
                default -> throw m.unknown("SocketOption");
            }
        }
        return new SocketOption(level, name, value);
    }

    private static int number(Socket.State state) {
        return switch (state) {
            case UNBOUND -> 1;
            case BOUND -> 2;
            case LISTENING -> 3;
            case CONNECTED -> 4;
        };
    }

    private static Socket.State state(int number) throws UnknownFieldException {
        return switch (number) {
            case 1 -> Socket.State.UNBOUND;
            case 2 -> Socket.State.BOUND;
            case 3 -> Socket.State.LISTENING;
            case 4 -> Socket.State.CONNECTED;
            default -> throw new UnknownFieldException("state " + number + " of Socket is not known");
        };
    }
}
