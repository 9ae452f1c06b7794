package dev.reprise.engine;

import dev.reprise.engine.capture.Look;
import dev.reprise.engine.capture.Venue;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.Explanation;
import dev.reprise.engine.model.Target;
import dev.reprise.kernel.KernelException;

/** Tells beforehand whether a process can be checkpointed, without touching it. */
public final class Explain {
    private Explain() {}

    /**
     * Looks at process {@code pid} and all below it.
     *
     * @throws CheckpointException when it cannot be looked at: it is gone, or the caller may not
     */
    public static Explanation process(int pid) throws CheckpointException {
        return of(new Target.Tree(pid));
    }

    /** The same for any set of processes. */
    public static Explanation of(Target target) throws CheckpointException {
        try (Venue venue = Venue.of(target)) {
            return venue.at(() -> Look.explain(target));
        } catch (KernelException failure) {
            throw new CheckpointException(Reasons.ofKernel(target, failure), failure);
        } catch (RuntimeException known) {
            throw known;
        } catch (Exception failure) {
            throw Reasons.unexpected(failure);
        }
    }
}
