package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit_group;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getpid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigprocmask;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setgid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setuid;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.DeadProcess;
import dev.reprise.kernel.Prctl;
import dev.reprise.kernel.Signal;
import java.util.Arrays;

/** A process that has ended: it joins its group, and ends again as it did. */
final class ZombieRebuild {
    private static final int SIG_SETMASK = 2;
    private static final int SIGNAL = 0x7f;
    private static final int STATUS_SHIFT = 8;

    private ZombieRebuild() {}

    /** When all groups are there. */
    static Program join(Family family, Member member) {
        ProgramBuilder p = new ProgramBuilder();
        GroupRebuild.join(p, family, member);
        p.end();
        return p.build();
    }

    /** Its end; a signal that dumps core does not do so again. */
    static Program end(DeadProcess zombie) {
        ProgramBuilder p = new ProgramBuilder();
        byte[] name = zombie.name().toArray();
        p.call(SYS_prctl, Arg.of(Prctl.PR_SET_NAME), p.bytes(Arrays.copyOf(name, name.length + 1)));
        p.call(SYS_setgid, Arg.of(Integer.toUnsignedLong(zombie.groupOwner()))).about("zombie " + zombie.pid());
        p.call(SYS_setuid, Arg.of(Integer.toUnsignedLong(zombie.userId()))).about("zombie " + zombie.pid());
        int signal = zombie.waitStatus() & SIGNAL;
        if (signal != 0) {
            p.call(SYS_prctl, Prctl.PR_SET_DUMPABLE, 0);
            p.call(SYS_kill, p.call(SYS_getpid), Arg.of(signal)).about("zombie " + zombie.pid());
            p.call(SYS_rt_sigprocmask, Arg.of(SIG_SETMASK), p.longs(0), Arg.of(0), Arg.of(Signal.SIGSET_SIZE));
        }
        p.attempt(SYS_exit_group, zombie.waitStatus() >> STATUS_SHIFT & 0xff);
        return p.build();
    }

    /** The end of a ghost, which nobody will ever ask for. */
    static Program endOfGhost() {
        ProgramBuilder p = new ProgramBuilder();
        p.attempt(SYS_exit_group, 0);
        return p.build();
    }
}
