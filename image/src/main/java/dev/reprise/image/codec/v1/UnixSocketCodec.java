package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.SocketCredentials;
import dev.reprise.image.state.SocketMessage;
import dev.reprise.image.state.UnixSocket;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import dev.reprise.image.wire.UnknownFieldException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The UNIX part of socket.proto. */
final class UnixSocketCodec {
    private UnixSocketCodec() {}

    static MessageWriter write(UnixSocket unix) {
        MessageWriter m = new MessageWriter();
        m.u32(1, number(unix.place()));
        m.u32(2, unix.peer().value());
        m.bytes(3, unix.peerName().toArray());
        m.u32(4, unix.shutdown());
        m.u32(5, unix.error());
        credentials(m, 6, unix.credentials());
        m.packed(7, ids(unix.pending()));
        for (SocketMessage message : unix.unread()) {
            m.message(8, write(message));
        }
        m.bytes(9, unix.filter().toArray());
        for (SocketMessage message : unix.sent()) {
            m.message(10, write(message));
        }
        return m;
    }

    private static MessageWriter write(SocketMessage message) {
        MessageWriter one = new MessageWriter();
        one.bytes(1, message.data().toArray());
        one.bytes(2, message.sender().toArray());
        credentials(one, 3, message.credentials());
        one.packed(4, ids(message.files()));
        one.bool(5, message.urgent());
        return one;
    }

    static UnixSocket read(MessageReader m) throws IOException {
        int place = 0;
        ObjectId peer = ObjectId.NONE;
        Bytes peerName = Bytes.empty();
        int shutdown = 0;
        int error = 0;
        SocketCredentials credentials = SocketCredentials.NONE;
        List<ObjectId> pending = List.of();
        List<SocketMessage> unread = new ArrayList<>();
        Bytes filter = Bytes.empty();
        List<SocketMessage> sent = new ArrayList<>(0);
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> place = m.u32();
                case 2 -> peer = new ObjectId(m.u32());
                case 3 -> peerName = Bytes.of(m.bytes());
                case 4 -> shutdown = m.u32();
                case 5 -> error = m.u32();
                case 6 -> credentials = credentials(m.message());
                case 7 -> pending = ids(m.packed());
                case 8 -> unread.add(message(m.message()));
                case 9 -> filter = Bytes.of(m.bytes());
                case 10 -> sent.add(message(m.message()));
                default -> throw m.unknown("UnixSocket");
            }
        }
        return new UnixSocket(
                place(place), peer, peerName, shutdown, error, credentials, pending, unread, filter, sent);
    }

    private static SocketMessage message(MessageReader m) throws IOException {
        Bytes data = Bytes.empty();
        Bytes sender = Bytes.empty();
        SocketCredentials credentials = SocketCredentials.NONE;
        List<ObjectId> files = List.of();
        boolean urgent = false;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> data = Bytes.of(m.bytes());
                case 2 -> sender = Bytes.of(m.bytes());
                case 3 -> credentials = credentials(m.message());
                case 4 -> files = ids(m.packed());
                case 5 -> urgent = m.bool();
                default -> throw m.unknown("SocketMessage");
            }
        }
        return new SocketMessage(data, sender, credentials, files, urgent);
    }

    private static void credentials(MessageWriter m, int field, SocketCredentials credentials) {
        if ((credentials.pid() | credentials.uid() | credentials.gid()) != 0) {
            MessageWriter c = new MessageWriter();
            c.u32(1, credentials.pid());
            c.u32(2, credentials.uid());
            c.u32(3, credentials.gid());
            m.message(field, c);
        }
    }

    private static SocketCredentials credentials(MessageReader m) throws IOException {
        int pid = 0;
        int uid = 0;
        int gid = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> pid = m.u32();
                case 2 -> uid = m.u32();
                case 3 -> gid = m.u32();
                default -> throw m.unknown("SocketCredentials");
            }
        }
        return new SocketCredentials(pid, uid, gid);
    }

    private static long[] ids(List<ObjectId> ids) {
        return ids.stream().mapToLong(ObjectId::value).toArray();
    }

    private static List<ObjectId> ids(long[] ids) {
        return Arrays.stream(ids).mapToObj(id -> new ObjectId((int) id)).toList();
    }

    private static int number(UnixSocket.Place place) {
        return switch (place) {
            case NONE -> 1;
            case NAMED -> 2;
            case MOVED -> 3;
            case LOST -> 4;
        };
    }

    private static UnixSocket.Place place(int number) throws UnknownFieldException {
        return switch (number) {
            case 1 -> UnixSocket.Place.NONE;
            case 2 -> UnixSocket.Place.NAMED;
            case 3 -> UnixSocket.Place.MOVED;
            case 4 -> UnixSocket.Place.LOST;
            default -> throw new UnknownFieldException("place " + number + " of UnixSocket is not known");
        };
    }
}
