package dev.reprise.image.state;

import java.util.List;

/** A socket. {@code localAddress} is the sockaddr of getsockname(2); {@code boundFile} the socket file of a UNIX name, {@code ownership} that file's. */
public record Socket(
        ObjectId id,
        int flags,
        FileOwner owner,
        int domain,
        int type,
        int protocol,
        State state,
        Bytes localAddress,
        int backlog,
        FileIdentity boundFile,
        Ownership ownership,
        List<SocketOption> options,
        SocketDetail detail)
        implements OpenFile {
    public Socket {
        options = List.copyOf(options);
    }

    /** How far the socket's life has got. */
    public enum State {
        UNBOUND,
        BOUND,
        LISTENING,
        /** It has a peer, or had one that is gone. */
        CONNECTED
    }

    /** The {@code boundFile} of a socket that is bound to no file. */
    public static final FileIdentity NO_FILE = new FileIdentity("", 0, 0, 0, 0, 0, "");
}
