package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigtimedwait;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_wait4;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_waitid;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.kernel.Signal;
import dev.reprise.kernel.WaitStatus;
import java.util.List;

/**
 * Those children of a process that end before it runs: ghosts, whom it forgets, and zombies, whom it will wait for.
 *
 * <p>What their ends have signalled is no news to the program: it is taken away before its own pending signals come.
 *
 * @param ghosts members that are forgotten
 * @param zombies members that stay
 * @param levels how many pid namespaces the process is below the image's own
 */
record DeadChildren(List<Member> ghosts, List<Member> zombies, int levels) {
    private static final int P_PID = 1;
    private static final int WEXITED = 4;
    private static final int WNOWAIT = 0x01000000;

    DeadChildren {
        ghosts = List.copyOf(ghosts);
        zombies = List.copyOf(zombies);
    }

    boolean isEmpty() {
        return ghosts.isEmpty() && zombies.isEmpty();
    }

    /** Adds: all have ended. */
    void await(ProgramBuilder p) {
        if (isEmpty()) {
            return;
        }
        for (Member zombie : zombies) {
            int options = WEXITED | WNOWAIT | WaitStatus.WALL;
            p.call(SYS_waitid, P_PID, zombie.pidAt(levels), 0, options, 0).about("zombie " + zombie.pid());
            takeSignal(p, zombie.exitSignal());
        }
        for (Member ghost : ghosts) {
            p.call(SYS_wait4, ghost.pidAt(levels), 0, WaitStatus.WALL, 0).about("the ghost of " + ghost.pid());
            takeSignal(p, ghost.exitSignal());
        }
    }

    // All signals are blocked: it is pending whatever the disposition is.
    private static void takeSignal(ProgramBuilder p, int signal) {
        if (signal != 0) {
            p.attempt(
                    SYS_rt_sigtimedwait,
                    p.longs(1L << signal - 1),
                    Arg.of(0),
                    p.longs(0, 0),
                    Arg.of(Signal.SIGSET_SIZE));
        }
    }
}
