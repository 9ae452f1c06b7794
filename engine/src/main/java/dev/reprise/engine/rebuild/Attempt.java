package dev.reprise.engine.rebuild;

import dev.reprise.engine.program.Step;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.KernelException;
import java.util.List;

/** A step of a child that nobody traces, whose failure is found in its result; {@code arguments} as messages have them. */
record Attempt(Step step, String call, String arguments) {
    /** Throws the failure of the first one that has failed; what was not reached has the result 0. */
    static void requireAll(List<Attempt> attempts, LocalChild child) throws KernelException {
        for (Attempt attempt : attempts) {
            Door.require(child.result(attempt.step), attempt.call, attempt.arguments);
        }
    }
}
