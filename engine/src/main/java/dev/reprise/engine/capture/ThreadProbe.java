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
import dev.reprise.image.state.SignalStack;
import dev.reprise.image.state.TaskModes;
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
    private static final int SIZE = NAME + NAME_SIZE;
    private static final long ASK = 0xffffffffL;

    private final Slot data;
    private final Step tidAddress;
    private final Step secureBits;
    private final Step timerSlack;
    private final Step personality;
    private final Step ioFlusher;
    private final Step machineCheck;
    private final Step cpuid;

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
            List<String> unsupported) {}

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
        p.attempt(SYS_get_mempolicy, data.plus(MEMORY_POLICY), none, none, none, none);
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
                unsupported(found));
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
                results.result(ioFlusher) > 0);
    }

    private static List<String> unsupported(MemorySegment found) {
        List<String> unsupported = new ArrayList<>(0);
        if (found.get(JAVA_INT, MEMORY_POLICY) != 0) {
            unsupported.add("NUMA memory policy (set_mempolicy)");
        }
        return unsupported;
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
