package dev.reprise.engine.proof;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.SocketOption;
import dev.reprise.image.state.TcpConnection;
import dev.reprise.image.state.UnixSocket;
import dev.reprise.kernel.Sockets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What may differ between a connected socket and the same one restored, and why. */
final class ConnectionTolerance {
    private static final int TCP_QUICKACK = 12;
    private static final int SO_INCOMING_CPU = 49;
    /** The bytes of the time stamp option in each segment. */
    private static final int TIME_STAMP = 12;

    private ConnectionTolerance() {}

    /** Whether a component may have become what it is. */
    static boolean accepts(Record record, String component, @Nullable Object value, @Nullable Object other) {
        return switch (record) {
            case Socket socket
            when socket.state() == Socket.State.CONNECTED ->
                component.equals("boundFile")
                        || component.equals("options") && lasting(value).equals(lasting(other));
            case TcpConnection _ -> isUnderWay(component, value, other);
            case UnixSocket _ -> value == UnixSocket.Place.NAMED && other == UnixSocket.Place.LOST;
            default -> false;
        };
    }

    /** TCP_QUICKACK: what the kernel takes the connection's traffic for. */
    static boolean isOfTheMoment(SocketOption option) {
        return option.level() == Sockets.IPPROTO_TCP && option.name() == TCP_QUICKACK;
    }

    // Binding a connection to its address makes it IPV6_V6ONLY, and then nothing takes that back; SO_INCOMING_CPU is
    // where its last packet was.
    private static List<SocketOption> lasting(@Nullable Object options) {
        return ((List<?>) Objects.requireNonNull(options))
                .stream()
                        .map(SocketOption.class::cast)
                        .filter(option -> !isOfTheMoment(option))
                        .filter(option ->
                                option.level() != Sockets.IPPROTO_IPV6 || option.name() != Sockets.IPV6_V6ONLY)
                        .filter(option -> option.level() != Sockets.SOL_SOCKET || option.name() != SO_INCOMING_CPU)
                        .toList();
    }

    // More or less of it has arrived; and the kernel does not count its time stamps against a segment again.
    private static boolean isUnderWay(String component, @Nullable Object value, @Nullable Object other) {
        if (value instanceof Bytes one && other instanceof Bytes two) {
            byte[] bytes = one.toArray();
            byte[] others = two.toArray();
            int length = Math.min(bytes.length, others.length);
            return switch (component) {
                case "unread" -> Arrays.equals(bytes, 0, length, others, 0, length);
                case "unsent" ->
                    Arrays.equals(
                            bytes, bytes.length - length, bytes.length, others, others.length - length, others.length);
                default -> false;
            };
        }
        return component.equals("segment")
                && value instanceof Integer one
                && other instanceof Integer two
                && Math.abs(one - two) <= TIME_STAMP;
    }
}
