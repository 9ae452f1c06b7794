package dev.reprise.engine.model;

import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a checkpoint goes: first its state, then the page data that the state announces, then the seal.
 *
 * <p>The runs of each object must come in order, all of them, in batches of at most {@link PageBatch#MAX_BYTES}. Not
 * for several threads at once, but where it says so.
 */
public sealed interface PageSink extends AutoCloseable {
    /** Writes header and state; once, before any page data. */
    void state(Image image) throws IOException;

    /** Seals the image: every digest, index, trailer; a file is synced and gets its name. */
    void finish() throws IOException;

    /** Gives up: a stream ends with the reason, a file is deleted. Never throws: there is nothing more to save. */
    void fail(String reason);

    /** How many of the pages so far have the contents of others, and so are not in the image. */
    default long pagesRepeated() {
        return 0;
    }

    /** The bytes of the image so far, page data included. */
    long bytesWritten();

    /** Without {@link #finish} before, like {@link #fail}. */
    @Override
    void close();

    /** A regular file, into which page data may be written by anybody, in place. */
    non-sealed interface InPlace extends PageSink {
        /** The file's absolute path while it is being written; mode 0600, owned by the tool's user. */
        Path path();

        /** Says where a batch goes. Several batches may be placed before the first is {@link #done}. */
        PageBatch place(ObjectId object, List<PageRun> runs) throws IOException;

        /** Writes bytes of a batch from here, for pages that the tracee cannot write itself: {@code at} bytes behind its start. */
        void fill(PageBatch batch, long at, ByteBuffer bytes) throws IOException;

        /**
         * Completes the file, digests, index and trailer, but for its name; {@link #finish}, which does that, too, is all that may
         * follow.
         */
        void seal() throws IOException;

        /** Every byte of the batch stands in the file: its checksums are computed now or beside, at the latest in {@link #finish}. */
        void done(PageBatch batch) throws IOException;
    }

    /** A stream, which is given the page data in order. */
    non-sealed interface Streamed extends PageSink {
        /** How many threads it wants to {@link #prepare} pages at once: its lanes, which have numbers from 0. */
        int lanes();

        /**
         * Does what takes time and has no order; on any thread. {@code bytes} are the contents of all runs but for pages that repeat others,
         * and stay as they are until written.
         */
        Prepared prepare(ObjectId object, List<PageRun> runs, List<PageRepeat> repeats, ByteBuffer bytes);

        /** The same of pages of which nobody knows yet that they repeat others. */
        default Prepared prepare(ObjectId object, List<PageRun> runs, ByteBuffer bytes) {
            return prepare(object, runs, List.of(), bytes);
        }

        /** Pages that only have to be written. */
        interface Prepared {
            /** Writes them: in their order, one at a time, on any thread; {@code lane} has prepared them. */
            void write(int lane) throws IOException;
        }
    }
}
