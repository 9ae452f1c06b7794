package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setresgid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setresuid;

import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.SocketCredentials;

/**
 * Whom the other end of a UNIX socket sees (SO_PEERCRED): the effective ids of who makes the call, which are restore's
 * own while open files are made.
 */
final class PeerIdentity {
    private static final int SAME = -1;

    private final ProgramBuilder p;

    PeerIdentity(ProgramBuilder p) {
        this.p = p;
    }

    /** Adds a call with the effective ids of {@code who}; where we may not have them, with our own. */
    void as(SocketCredentials who, Runnable call) {
        boolean other = who.uid() != 0 || who.gid() != 0;
        if (other) {
            p.attempt(SYS_setresgid, SAME, who.gid(), SAME);
            p.attempt(SYS_setresuid, SAME, who.uid(), SAME);
        }
        call.run();
        if (other) {
            p.attempt(SYS_setresuid, SAME, 0, SAME);
            p.attempt(SYS_setresgid, SAME, 0, SAME);
        }
    }
}
