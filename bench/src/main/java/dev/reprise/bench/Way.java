package dev.reprise.bench;

import java.io.IOException;
import java.nio.file.Path;

/** A way to take checkpoints and to restore them. */
sealed interface Way permits LibraryWay, ToolWay {
    /** What a checkpoint or a restore was seen to cost from outside, and what it said itself; more go to the samples. */
    record Cost(double wallMs, double ownMs) {}

    /** Makes everything ready that a user of this way would have ready. */
    void warmUp(int rounds, Path scratch) throws IOException, InterruptedException;

    /** Takes a checkpoint; the cost itself is its frozen_ms. */
    Cost checkpoint(int pid, Path image, boolean kill, Samples samples) throws Exception;

    /** Restores detached, under the old pid; the cost itself is its restore_ms. */
    Cost restore(Path image, Samples samples) throws Exception;
}
