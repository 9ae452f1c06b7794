package dev.reprise.engine.capture;

import dev.reprise.engine.model.PageBatch;
import java.io.IOException;

/** Whoever is told of each piece of page data that was written, and may delay the next or forbid it. */
interface Pace {
    /**
     * So many more bytes were written; returns when the next may be.
     *
     * @throws IOException no more may be written: {@link BoundException}, {@link CancelledException}
     */
    void wrote(long bytes) throws IOException;

    /** How much may be written at a time, in bytes. */
    default long batchBytes() {
        return PageBatch.MAX_BYTES;
    }
}
