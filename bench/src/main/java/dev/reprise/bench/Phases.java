package dev.reprise.bench;

import dev.reprise.engine.model.Progress;

/** How long each phase of an operation takes, as a sample named {@code OPERATION.PHASE_ms}. */
final class Phases implements Progress {
    private final String operation;
    private final Samples samples;
    private String phase = "begin";
    private long since = System.nanoTime();

    Phases(String operation, Samples samples) {
        this.operation = operation;
        this.samples = samples;
    }

    @Override
    public void phase(String name) {
        long now = System.nanoTime();
        samples.add(operation + "." + phase + "_ms", (now - since) / 1e6);
        phase = name;
        since = now;
    }

    /** The operation has returned. */
    void end() {
        phase("");
    }
}
