package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PosixTimer;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.SignalHandlers;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.Clock;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.ProcTimers;
import java.util.ArrayList;
import java.util.List;

/** One frozen process: what belongs to all its threads, but for memory and descriptors. */
final class ProcessCapture {
    private ProcessCapture() {}

    /** Registers the process's file system context and signal handlers, and reads the rest from outside. */
    static ProcessState take(
            int pid,
            ProcessProbe.Inside inside,
            ObjectTable objects,
            ObjectId addressSpace,
            ObjectId fdTable,
            List<byte[]> sharedPendingSignals,
            boolean stopped,
            List<TaskState> tasks)
            throws KernelException {
        ProcStatus status = ProcStatus.of(pid, pid);
        ObjectId fsContext = objects.newId();
        objects.add(FsContextCapture.take(pid, fsContext, status));
        ObjectId handlers = objects.newId();
        objects.add(new SignalHandlers(handlers, inside.actions()));
        return new ProcessState(
                status.innermost("NStgid"),
                0,
                status.innermost("NSpgid"),
                status.innermost("NSsid"),
                0,
                ProcStat.of(pid).exitSignal(),
                ProcessState.ALIVE,
                addressSpace,
                fdTable,
                fsContext,
                handlers,
                TaskCapture.pending(sharedPendingSignals),
                inside.intervalTimers(),
                posixTimers(pid, inside.posixTimers()),
                inside.limits(),
                Integer.parseInt(Proc.text("/proc/" + pid + "/oom_score_adj").strip()),
                inside.childSubreaper(),
                stopped,
                inside.modes(),
                tasks);
    }

    /** What its probe found that cannot be saved. */
    static List<Refusal> refusals(int pid, ProcessProbe.Inside inside) {
        List<Refusal> refusals = new ArrayList<>(0);
        for (String what : inside.unsupported()) {
            refusals.add(new Refusal(what, "process " + pid, "it is not saved yet", ""));
        }
        return refusals;
    }

    private static List<PosixTimer> posixTimers(int pid, List<ProcessProbe.TimerState> states) throws KernelException {
        List<PosixTimer> timers = new ArrayList<>(states.size());
        for (ProcessProbe.TimerState state : states) {
            ProcTimers.Timer timer = state.timer();
            timers.add(new PosixTimer(
                    timer.id(),
                    timer.clock(),
                    timer.notification(),
                    timer.signal(),
                    timer.value(),
                    (timer.notification() & Clock.SIGEV_THREAD_ID) == 0
                            ? 0
                            : ProcStatus.of(pid, timer.target()).innermost("NSpid"),
                    state.intervalNanos(),
                    state.remainingNanos(),
                    state.overrun()));
        }
        return timers;
    }
}
