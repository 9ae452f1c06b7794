package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_arch_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_get_mempolicy;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_personality;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sigaltstack;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.MemoryPolicy;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.SignalStack;
import dev.reprise.image.state.Speculation;
import dev.reprise.image.state.TaskModes;
import dev.reprise.kernel.Mempolicy;
import dev.reprise.kernel.Prctl;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Asks, in a thread's own small program, what only the thread itself can tell. Twelve entries and 64 bytes of data.
 */
final class ThreadProbe {
    private static final int STACK = 8;
    private static final int DEATH_SIGNAL = 32;
    private static final int TSC = 36;
    private static final int MEMORY_POLICY = 40;
    private static final int NAME = 48;
    private static final int NAME_SIZE = 16;
    private static final int NODES = NAME + NAME_SIZE;
    private static final int NODES_SIZE = Mempolicy.NODES_SIZE;

    private static final int SIZE = NODES + NODES_SIZE;
    private static final int SPECULATIONS = 3;
    private static final long ASK = 0xffffffffL;

    private final Slot data;
    private final Step tidAddress;
    private final Step secureBits;
    private final Step timerSlack;
    private final Step personality;
    private final Step ioFlusher;
    private final Step machineCheck;
    private final Step cpuid;
    private final Step[] speculations = new Step[SPECULATIONS];

    /** What a thread says of itself; what stands in the way of an image in {@code refusals}, without where. */
    record Inside(
            long clearChildTid,
            SignalStack signalStack,
            int parentDeathSignal,
            int secureBits,
            long timerSlackNanos,
            TaskModes modes,
            Bytes name,
            long personality,
            List<String> unsupported) {
        /** The same with the objects that its task shares with others. */
        Inside with(ObjectId filter, ObjectId cgroups) {
            return new Inside(
                    clearChildTid,
                    signalStack,
                    parentDeathSignal,
                    secureBits,
                    timerSlackNanos,
                    modes.with(filter, cgroups),
                    name,
                    personality,
                    unsupported);
        }
    }

    ThreadProbe(ProgramBuilder p) {
        data = p.space(SIZE);
        Arg none = Arg.of(0);
        tidAddress = p.attempt(SYS_prctl, Arg.of(Prctl.PR_GET_TID_ADDRESS), data);
        p.call(SYS_sigaltstack, none, data.plus(STACK));
        p.call(SYS_prctl, Arg.of(Prctl.PR_GET_PDEATHSIG), data.plus(DEATH_SIGNAL));
        secureBits = p.call(SYS_prctl, Prctl.PR_GET_SECUREBITS);
        timerSlack = p.call(SYS_prctl, Prctl.PR_GET_TIMERSLACK);
        p.attempt(SYS_prctl, Arg.of(Prctl.PR_GET_TSC), data.plus(TSC));
        ioFlusher = p.attempt(SYS_prctl, Prctl.PR_GET_IO_FLUSHER, 0, 0, 0, 0);
        machineCheck = p.attempt(SYS_prctl, Prctl.PR_MCE_KILL_GET, 0, 0, 0, 0);
        p.call(SYS_prctl, Arg.of(Prctl.PR_GET_NAME), data.plus(NAME));
        personality = p.call(SYS_personality, ASK);
        cpuid = p.attempt(SYS_arch_prctl, Prctl.ARCH_GET_CPUID);
        for (int which = 0; which < SPECULATIONS; which++) {
            speculations[which] = p.attempt(SYS_prctl, Prctl.PR_GET_SPECULATION_CTRL, which, 0, 0, 0);
        }
        p.attempt(
                SYS_get_mempolicy,
                data.plus(MEMORY_POLICY),
                data.plus(NODES),
                Arg.of(NODES_SIZE * Byte.SIZE),
                none,
                none);
    }

    /** What the program found. */
    Inside read(ProgramResults results) {
        MemorySegment found = results.slot(data);
        return new Inside(
                results.result(tidAddress) == 0 ? found.get(JAVA_LONG, 0) : 0,
                new SignalStack(
                        found.get(JAVA_LONG, STACK), found.get(JAVA_INT, STACK + 8), found.get(JAVA_LONG, STACK + 16)),
                found.get(JAVA_INT, DEATH_SIGNAL),
                Math.toIntExact(results.result(secureBits)),
                results.result(timerSlack),
                modes(results, found),
                name(found),
                results.result(personality),
                List.of());
    }

    private static Bytes name(MemorySegment found) {
        byte[] name = found.asSlice(NAME, NAME_SIZE).toArray(JAVA_BYTE);
        int length = 0;
        while (name[length] != 0) {
            length++;
        }
        return Bytes.of(Arrays.copyOf(name, length));
    }

    private TaskModes modes(ProgramResults results, MemorySegment found) {
        long policy = results.result(machineCheck);
        return new TaskModes(
                found.get(JAVA_INT, TSC) > Prctl.PR_TSC_ENABLE,
                results.result(cpuid) == 0,
                policy < 0 || policy == Prctl.PR_MCE_KILL_DEFAULT ? 0 : 1 + (int) policy,
                results.result(ioFlusher) > 0,
                new Speculation(speculation(results, 0), speculation(results, 1), speculation(results, 2)),
                policy(found),
                ObjectId.NONE,
                ObjectId.NONE);
    }

    // Only what prctl may change at all, and has: enabled is what every task begins with.
    private int speculation(ProgramResults results, int which) {
        long state = results.result(speculations[which]);
        boolean ours = state > 0 && (state & Prctl.PR_SPEC_PRCTL) != 0;
        long value = state & ~Prctl.PR_SPEC_PRCTL;
        boolean touched = which == Prctl.PR_SPEC_L1D_FLUSH
                ? (value & Prctl.PR_SPEC_ENABLE) != 0
                : (value & Prctl.PR_SPEC_ENABLE) == 0;
        return ours && touched ? (int) value : 0;
    }

    private static MemoryPolicy policy(MemorySegment found) {
        int mode = found.get(JAVA_INT, MEMORY_POLICY);
        return mode == 0
                ? MemoryPolicy.DEFAULT
                : new MemoryPolicy(
                        mode, Bytes.of(found.asSlice(NODES, NODES_SIZE).toArray(JAVA_BYTE)));
    }

    /** {@link Inside#unsupported} as refusals. */
    static List<Refusal> refusals(int tid, Inside inside) {
        List<Refusal> refusals = new ArrayList<>(0);
        for (String what : inside.unsupported()) {
            refusals.add(new Refusal(what, "task " + tid, "it is not saved yet", ""));
        }
        return refusals;
    }
}
