package dev.reprise.engine.model;

import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Twin;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a restore comes from. The state is complete when the source is open; no task may run before the last check has
 * passed. A bad image is a {@code BadImageException}, which is an IOException; any other is a failing read.
 */
public sealed interface PageSource extends AutoCloseable {
    /** The whole state. */
    Image image();

    @Override
    void close();

    /** A regular file: header, state, index and trailer are already verified, page data are not. */
    non-sealed interface InPlace extends PageSource {
        /** The file's absolute path. */
        Path path();

        /** Every batch of page data with its position in the file, in its order. */
        List<PageBatch> batches();

        /**
         * Checks all page data by reading them from the file; may run in another thread beside the restored task's preadv.
         * {@code read} is told how many bytes have been so far.
         */
        void verify(LongConsumer read) throws IOException;

        /** The page data to be read and checked piece by piece, also when this is closed; to be asked for once. */
        PageFile pages();
    }

    /** A stream: page data come in order; the end of them is the verified end of the image. */
    non-sealed interface Streamed extends PageSource {
        /**
         * The next pages, or null when all have come and the trailer was right. Waits until one of those before is closed when {@link #lanes}
         * of them are not, and at the end for all of them: they must not be left to the thread that waits.
         */
        @Nullable
        Chunk next() throws IOException;

        /** How many chunks may be worked on at once. */
        int lanes();

        /** Whether {@link #next} may be called as late as one likes; otherwise nobody may wait who is waited for. */
        default boolean canWait() {
            return false;
        }

        /** A process that holds all pages of the one address space of the image, so that a fork of it has them; null: there is none. */
        default @Nullable Twin twin() {
            return null;
        }

        /** Before the first {@link #next}: the pages that the {@link #twin} holds are not to come. */
        default void leaveOutTwin() {
            throw new IllegalStateException("there is no twin");
        }
    }

    /**
     * At most 1 MiB of an object's pages.
     *
     * @param repeats those of them that have the contents of others, which are in chunks before, or before in this one
     * @param data the contents of the others: native memory, which belongs to the source again when this is closed
     */
    record Chunk(ObjectId object, List<PageRun> runs, List<PageRepeat> repeats, MemorySegment data, Runnable settlement)
            implements AutoCloseable {
        public Chunk {
            runs = List.copyOf(runs);
            repeats = List.copyOf(repeats);
        }

        /** The pages whose contents are there. */
        public List<PageRun> stored() {
            return PageRepeat.stored(runs, repeats);
        }

        /** Has the data checked, which must be as they were; on any thread, once. What is found {@link Streamed#next} says. */
        @Override
        public void close() {
            settlement.run();
        }
    }
}
