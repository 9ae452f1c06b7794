package dev.reprise.engine;

import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreStats;

/** A restored program that runs. */
public interface RestoredProcess {
    /** Its process id, as the caller's pid namespace counts. */
    int pid();

    /** What it cost to get it running. */
    RestoreStats stats();

    /**
     * Waits until the program ends, forwarding signals and the terminal to it; only for one that was not restored
     * detached.
     *
     * @return its exit status, 128+n when signal n ended it
     */
    int waitFor() throws RestoreException, InterruptedException;
}
