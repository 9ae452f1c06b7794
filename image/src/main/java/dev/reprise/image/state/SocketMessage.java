package dev.reprise.image.state;

import java.util.List;

/**
 * A message, or a piece of a stream, in the queue of a UNIX socket.
 *
 * @param sender the address of who sent it; empty for one without a name
 * @param credentials what SO_PASSCRED tells of who sent it
 * @param files the open files that come with it (SCM_RIGHTS)
 * @param urgent whether it is the byte that MSG_OOB receives
 */
public record SocketMessage(
        Bytes data, Bytes sender, SocketCredentials credentials, List<ObjectId> files, boolean urgent) {
    public SocketMessage {
        files = List.copyOf(files);
    }

    /** One that is not urgent. */
    public SocketMessage(Bytes data, Bytes sender, SocketCredentials credentials, List<ObjectId> files) {
        this(data, sender, credentials, files, false);
    }
}
