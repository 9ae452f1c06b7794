package dev.reprise.engine.model;

import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
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
        /** The next pages, or null when all have come and the trailer was right. */
        @Nullable
        Chunk next() throws IOException;

        /** Whether {@link #next} may be called as late as one likes; otherwise nobody may wait who is waited for. */
        default boolean canWait() {
            return false;
        }
    }

    /** At most 1 MiB of an object's pages; {@code data} is native memory, overwritten by the next chunk. */
    record Chunk(ObjectId object, List<PageRun> runs, MemorySegment data) {
        public Chunk {
            runs = List.copyOf(runs);
        }
    }
}
