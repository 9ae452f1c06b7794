package dev.reprise.engine;

import dev.reprise.engine.model.LazyMemory;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreStats;
import java.util.List;

/** A restored program that runs. */
public interface RestoredProcess {
    /** Its process id, as the caller's pid namespace counts. */
    int pid();

    /** What it cost to get it running. */
    RestoreStats stats();

    /**
     * Waits until all its memory is there, or it has ended; at once, unless it was restored lazily. Until then the caller
     * serves it: should the caller die, so does the program.
     *
     * @return the pages that the program has waited for, in this order
     * @throws RestoreException when the image turned out to be bad, or its memory could not be served: the program has been
     *     killed
     */
    List<LazyMemory.Touch> awaitMemory() throws RestoreException, InterruptedException;

    /**
     * Waits until the program ends, forwarding signals and the terminal to it; only for one that was not restored
     * detached.
     *
     * @return its exit status, 128+n when signal n ended it
     */
    int waitFor() throws RestoreException, InterruptedException;
}
