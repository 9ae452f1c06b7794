package dev.reprise.engine;

import dev.reprise.engine.model.Refusal;
import java.io.IOException;
import java.util.List;

/** An image that cannot be an executable, and why. */
final class NotExecutable extends IOException {
    private static final long serialVersionUID = 1L;

    private final int pid;
    private final transient List<Refusal> refusals;

    NotExecutable(int pid, List<Refusal> refusals) {
        super(refusals.toString());
        this.pid = pid;
        this.refusals = List.copyOf(refusals);
    }

    int pid() {
        return pid;
    }

    List<Refusal> refusals() {
        return refusals;
    }
}
