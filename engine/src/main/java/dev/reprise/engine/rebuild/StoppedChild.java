package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigtimedwait;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_waitid;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.PendingSignal;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.SignalAction;
import dev.reprise.image.state.SignalHandlers;
import dev.reprise.kernel.Signal;
import dev.reprise.kernel.WaitStatus;
import org.jspecify.annotations.Nullable;

/**
 * A child that is stopped again after a restore, which its parent knows: the news (SIGCHLD, and what waitpid(2) would say) is
 * taken away right after the stop, as far as the parent had heard it.
 */
final class StoppedChild {
    private static final int P_PID = 1;
    private static final int WSTOPPED = 2;
    private static final long PATIENCE_NANOS = 20_000_000;
    private static final long SA_NOCLDSTOP = 1;

    private StoppedChild() {}

    /**
     * The parent's program when {@code child}, known to it as {@code pid}, has stopped; null where it has nothing to do.
     */
    static @Nullable Program heard(Image image, ProcessState parent, ProcessState child, int pid) {
        boolean unheard = child.modes().stopUnheard();
        boolean signalled = !isNews(parent) && isTold(image.object(parent.signalHandlers(), SignalHandlers.class));
        if (unheard && !signalled) {
            return null;
        }
        ProgramBuilder p = new ProgramBuilder();
        if (!unheard) {
            p.attempt(SYS_waitid, P_PID, pid, 0, WSTOPPED | WaitStatus.WALL, 0);
        }
        if (signalled) {
            // it comes a moment after the stop
            p.attempt(
                    SYS_rt_sigtimedwait,
                    p.longs(1L << Signal.SIGCHLD - 1),
                    Arg.of(0),
                    p.longs(0, PATIENCE_NANOS),
                    Arg.of(Signal.SIGSET_SIZE));
        }
        p.end();
        return p.build();
    }

    private static boolean isNews(ProcessState parent) {
        for (PendingSignal signal : parent.pendingSignals()) {
            if (signal.signal() == Signal.SIGCHLD) {
                return true;
            }
        }
        return false;
    }

    private static boolean isTold(SignalHandlers handlers) {
        for (SignalAction action : handlers.actions()) {
            if (action.signal() == Signal.SIGCHLD) {
                return action.handler() != Signal.SIG_IGN && (action.flags() & SA_NOCLDSTOP) == 0;
            }
        }
        return true;
    }
}
