package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Credentials;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.PendingSignal;
import dev.reprise.image.state.Registers;
import dev.reprise.image.state.RobustList;
import dev.reprise.image.state.RseqArea;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** One frozen task: what the tracer, its own probe and /proc say of it, in one record. */
final class TaskCapture {
    private TaskCapture() {}

    /** What only the tracer knows; {@code rseq} as PTRACE_GET_RSEQ_CONFIGURATION says, registers ready for an image. */
    record Traced(
            Registers registers,
            Bytes xstate,
            Interruption interruption,
            long signalMask,
            List<byte[]> pendingSignals,
            RseqArea rseq) {}

    /**
     * Reads the rest from outside.
     *
     * @throws CannotCapture when it has got something since the look that cannot be saved
     */
    static TaskState take(
            ProcStatus status,
            int tid,
            IdLevel level,
            Traced traced,
            ThreadProbe.Inside inside,
            SchedulingCapture scheduling)
            throws KernelException, CannotCapture {
        List<Refusal> refusals = TaskLook.frozen(status, tid);
        if (!refusals.isEmpty()) {
            throw new CannotCapture(refusals);
        }
        return new TaskState(
                level.id(status, "NSpid"),
                level.inner(status),
                inside.name(),
                traced.registers(),
                traced.xstate(),
                traced.interruption(),
                traced.signalMask(),
                pending(traced.pendingSignals()),
                inside.signalStack(),
                robustList(tid),
                traced.rseq(),
                inside.clearChildTid(),
                credentials(status, inside.secureBits()),
                scheduling.take(tid, inside.timerSlackNanos()),
                inside.parentDeathSignal(),
                inside.personality(),
                inside.modes());
    }

    /** Siginfo bytes as records. */
    static List<PendingSignal> pending(List<byte[]> siginfos) {
        List<PendingSignal> pending = new ArrayList<>(siginfos.size());
        for (byte[] siginfo : siginfos) {
            pending.add(new PendingSignal(Bytes.of(siginfo)));
        }
        return pending;
    }

    private static RobustList robustList(int tid) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment words = arena.allocate(16, 8);
            Door.require(
                    Door.call(SyscallNumbers.SYS_get_robust_list, tid, words.address(), words.address() + 8),
                    "get_robust_list",
                    "task " + tid);
            return new RobustList(words.get(ValueLayout.JAVA_LONG, 0), words.get(ValueLayout.JAVA_LONG, 8));
        }
    }

    static Credentials credentials(ProcStatus status, int secureBits) {
        int[] users = status.userIds();
        int[] groups = status.groupIds();
        return new Credentials(
                users[0],
                users[1],
                users[2],
                users[3],
                groups[0],
                groups[1],
                groups[2],
                groups[3],
                status.groups(),
                status.capabilities("Inh"),
                status.capabilities("Prm"),
                status.capabilities("Eff"),
                status.capabilities("Bnd"),
                status.capabilities("Amb"),
                secureBits,
                status.noNewPrivs());
    }
}
