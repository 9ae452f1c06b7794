package dev.reprise.engine.proof;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An image that is whole, but does not restore, or not to what was checkpointed. */
public final class UnprovedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> flaws;

    public UnprovedException(List<String> flaws) {
        this(flaws, null);
    }

    public UnprovedException(List<String> flaws, @Nullable Throwable cause) {
        super(String.join("; ", flaws), cause);
        this.flaws = List.copyOf(flaws);
    }

    /** What is wrong with it, a line each. */
    public List<String> flaws() {
        return flaws;
    }
}
