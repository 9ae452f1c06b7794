package dev.reprise.engine.tracee;

import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A program that no thread of its address space may run beside, not even when we die in the middle of it.
 *
 * <p>A frozen thread runs on as soon as its tracer is dead. So all come into the segment first, and on their way home
 * they wait for the host, which goes home when its program is done.
 */
public final class Standstill {
    private Standstill() {}

    /** What is done while nobody else runs. */
    interface Work<T> {
        /** Does it. */
        T run() throws KernelException;
    }

    /** Runs {@code program} in the host of the first of the processes that share an address space: of all of them. */
    public static ProgramResults run(List<Takeover> sharers, Program program) throws KernelException {
        return during(sharers, () -> sharers.getFirst().run(program));
    }

    /** Does {@code work}, whose programs the host of the first runs. */
    static <T> T during(List<Takeover> sharers, Work<T> work) throws KernelException {
        Takeover first = sharers.getFirst();
        Map<Takeover, List<Tracee>> joined = new HashMap<>();
        try {
            for (Takeover takeover : sharers) {
                List<Tracee> others = new ArrayList<>();
                joined.put(takeover, others);
                takeover.joinAll(others);
            }
            first.segment().setStandstill(true);
            return work.run();
        } finally {
            first.segment().setStandstill(false);
            for (Takeover takeover : sharers) {
                takeover.back(joined.getOrDefault(takeover, List.of()));
            }
        }
    }
}
