package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PosixTimer;
import dev.reprise.image.state.ProcessModes;
import dev.reprise.image.state.ProcessState;
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

    /** The objects that a process uses: its own, or shared with others of the set. */
    record Objects(
            ObjectId addressSpace,
            ObjectId fdTable,
            ObjectId fsContext,
            ObjectId signalHandlers,
            ObjectId utsNamespace,
            ObjectId ipcNamespace) {}

    /** Reads from outside what its probes and the tracer have not said. */
    static ProcessState take(
            Member member,
            IdLevel level,
            FrozenStatuses statuses,
            ProcessProbe.Inside inside,
            Objects objects,
            List<byte[]> sharedPendingSignals,
            boolean stopped,
            boolean unheard,
            List<TaskState> tasks)
            throws KernelException {
        int tid = member.tid();
        ProcStatus status = statuses.of(member.pid(), tid);
        boolean isRoot = member.parent() == 0;
        return new ProcessState(
                level.id(status, "NStgid"),
                isRoot ? 0 : level.id(statuses.of(member.parent()), "NSpid"),
                level.id(status, "NSpgid"),
                level.id(status, "NSsid"),
                isRoot ? 0 : level.id(statuses.of(member.parentTid()), "NSpid"),
                ProcStat.of(member.pid()).exitSignal(),
                tid == member.pid() ? ProcessState.ALIVE : EndedLeaderCapture.status(member.pid()),
                objects.addressSpace(),
                objects.fdTable(),
                objects.fsContext(),
                objects.signalHandlers(),
                TaskCapture.pending(sharedPendingSignals),
                inside.intervalTimers(),
                posixTimers(member.pid(), inside.posixTimers()),
                inside.limits(),
                Integer.parseInt(Proc.text("/proc/" + tid + "/oom_score_adj").strip()),
                inside.childSubreaper(),
                stopped,
                inside.modes()
                        .in(objects.utsNamespace(), objects.ipcNamespace())
                        .of(loginUid(tid))
                        .unheard(unheard)
                        .niced(level.id(status, "NSsid") == level.id(status, "NStgid") ? autogroupNice(tid) : 0),
                tasks);
    }

    // "/autogroup-37 nice 5"; there is none where the kernel makes no such groups.
    private static int autogroupNice(int tid) throws KernelException {
        try {
            String text = Proc.text("/proc/" + tid + "/autogroup").strip();
            return text.isEmpty() ? 0 : Integer.parseInt(text.substring(text.lastIndexOf(' ') + 1));
        } catch (KernelException noGroups) {
            noGroups.requireAnswer();
            return 0;
        }
    }

    // There is none where the kernel knows no audit.
    private static int loginUid(int tid) throws KernelException {
        try {
            return Integer.parseUnsignedInt(
                    Proc.text("/proc/" + tid + "/loginuid").strip());
        } catch (KernelException noAudit) {
            noAudit.requireAnswer();
            return ProcessModes.NOBODY;
        }
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
