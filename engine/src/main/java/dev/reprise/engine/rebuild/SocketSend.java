package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.Sockets.SCM_CREDENTIALS;
import static dev.reprise.kernel.Sockets.SCM_RIGHTS;
import static dev.reprise.kernel.Sockets.SOL_SOCKET;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sendmsg;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.SocketCredentials;
import dev.reprise.image.state.SocketMessage;
import dev.reprise.kernel.Sockets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** One sendmsg(2) with all that a message has. */
final class SocketSend {
    // struct msghdr { void *name; u32 namelen, pad; iovec *iov; u64 iovlen; void *control; u64 controllen; int flags; }
    private static final int HEADER = 56;
    private static final int NAME_LENGTH = 8;
    private static final int VECTOR = 16;
    private static final int VECTORS = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    // struct cmsghdr { u64 len; int level, type; }
    private static final int CMSG_HEADER = 16;
    private static final int UCRED = 12;

    private final ProgramBuilder p;
    private final OpenFiles files;

    SocketSend(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
    }

    /** To the sender's peer. */
    void message(Arg sender, SocketMessage message) {
        message(sender, message, Arg.of(0), Arg.of(0));
    }

    /** To an address. */
    void message(Arg sender, SocketMessage message, Arg address, Arg length) {
        Slot vector = p.space(16);
        Slot header = p.space(HEADER);
        p.store8(vector, p.bytes(message.data().toArray()));
        p.store8(vector.plus(8), Arg.of(message.data().length()));
        p.store8(header, address);
        p.store8(header.plus(NAME_LENGTH), length);
        p.store8(header.plus(VECTOR), vector);
        p.store8(header.plus(VECTORS), Arg.of(1));
        byte[] control = control(message);
        if (control.length > 0) {
            Slot words = p.bytes(control);
            int pid = message.credentials().pid();
            if (!message.credentials().equals(SocketCredentials.NONE) && p.isRenamed(pid)) {
                p.store4(words.plus(CMSG_HEADER), p.id(pid));
            }
            p.store8(header.plus(CONTROL), words);
            p.store8(header.plus(CONTROL_LENGTH), Arg.of(control.length));
        }
        p.expect(
                        message.data().length(),
                        SYS_sendmsg,
                        sender,
                        header,
                        Arg.of(Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL | (message.urgent() ? Sockets.MSG_OOB : 0)))
                .about("a message in a socket's queue");
    }

    private byte[] control(SocketMessage message) {
        ByteBuffer control =
                ByteBuffer.allocate(64 + message.files().size() * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        SocketCredentials credentials = message.credentials();
        if (!credentials.equals(SocketCredentials.NONE)) {
            control.putLong(CMSG_HEADER + UCRED).putInt(SOL_SOCKET).putInt(SCM_CREDENTIALS);
            control.putInt(credentials.pid()).putInt(credentials.uid()).putInt(credentials.gid());
            control.putInt(0);
        }
        if (!message.files().isEmpty()) {
            int length = CMSG_HEADER + message.files().size() * Integer.BYTES;
            control.putLong(length).putInt(SOL_SOCKET).putInt(SCM_RIGHTS);
            for (ObjectId file : message.files()) {
                control.putInt(files.numberOf(file));
            }
            control.position((control.position() + 7) & ~7);
        }
        byte[] used = new byte[control.position()];
        control.get(0, used);
        return used;
    }
}
