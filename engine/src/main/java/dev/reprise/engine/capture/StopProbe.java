package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_waitid;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.tracee.ForestFreeze;
import dev.reprise.image.state.PendingSignal;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.WaitStatus;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Asks a parent which of its stopped children it has not waited for: what waitpid(2) with WUNTRACED would tell it. */
final class StopProbe {
    private static final int P_PID = 1;
    // WNOHANG | WSTOPPED | WNOWAIT | __WALL
    private static final long STOP_UNTOUCHED = 1 | 2 | 0x01000000 | WaitStatus.WALL;
    /** struct siginfo: si_pid. */
    private static final int SENDER = 16;

    private final Map<Integer, Slot> answers = new LinkedHashMap<>(0);

    StopProbe(ProgramBuilder p, Member parent, List<Member> members, ForestFreeze freeze) throws KernelException {
        for (Member child : members) {
            if (child.parent() == parent.pid() && freeze.process(child.pid()).wasStopped()) {
                Slot answer = p.space(PendingSignal.SIZE);
                int pid = IdLevel.of(parent.tid()).id(ProcStatus.of(child.tid(), child.tid()), "NStgid");
                p.attempt(SYS_waitid, Arg.of(P_PID), Arg.of(pid), answer, Arg.of(STOP_UNTOUCHED), Arg.of(0));
                answers.put(child.pid(), answer);
            }
        }
    }

    /** The children, by our own ids. */
    Set<Integer> read(ProgramResults results) {
        Set<Integer> unheard = new HashSet<>(0);
        answers.forEach((child, answer) -> {
            if (results.slot(answer).get(JAVA_INT, SENDER) != 0) {
                unheard.add(child);
            }
        });
        return unheard;
    }
}
