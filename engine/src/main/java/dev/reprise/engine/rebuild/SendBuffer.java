package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.Sockets.SOL_SOCKET;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getsockopt;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsockopt;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.kernel.Sockets;

/** Room for what is to be sent at once: the sender pays for what lies in a queue. */
final class SendBuffer {
    private static final int MOST = Integer.MAX_VALUE / 4;

    private SendBuffer() {}

    /** Adds calls that find room for so many bytes; the size is put back afterwards, and is not locked. */
    static void withRoom(ProgramBuilder p, Arg sender, long bytes, Runnable calls) {
        Slot size = p.space(8);
        Arg level = Arg.of(SOL_SOCKET);
        Arg force = Arg.of(Sockets.SO_SNDBUFFORCE);
        p.call(SYS_getsockopt, sender, level, Arg.of(Sockets.SO_SNDBUF), size, p.ints(4));
        p.attempt(SYS_setsockopt, sender, level, force, p.ints((int) Math.min(MOST, bytes)), Arg.of(4));
        calls.run();
        // The kernel doubles what it is told.
        p.store4(size, p.shiftRight(p.load4(size), Arg.of(1)));
        p.attempt(SYS_setsockopt, sender, level, force, size, Arg.of(4));
        p.attempt(SYS_setsockopt, sender, level, Arg.of(Sockets.SO_BUF_LOCK), p.ints(0), Arg.of(4));
    }
}
