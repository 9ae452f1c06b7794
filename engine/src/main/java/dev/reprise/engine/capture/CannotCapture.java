package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import java.util.List;

/** Things that nobody saw before the freeze, or that came up since: the checkpoint is undone and refused. */
public final class CannotCapture extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Refusal> refusals;

    public CannotCapture(List<Refusal> refusals) {
        super(refusals.toString());
        this.refusals = List.copyOf(refusals);
    }

    /** All of them. */
    public List<Refusal> refusals() {
        return refusals;
    }
}
