package dev.reprise.engine.proof;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageFile;
import dev.reprise.engine.model.PageSource;
import dev.reprise.image.state.Image;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The pages of an image, for its {@link TrialImage}. */
final class TrialSource {
    private TrialSource() {}

    static PageSource of(PageSource source, Image trial) {
        return switch (source) {
            case PageSource.InPlace file -> new InPlace(file, trial);
            case PageSource.Streamed stream -> new Streamed(stream, trial);
        };
    }

    private record InPlace(PageSource.InPlace file, Image image) implements PageSource.InPlace {
        @Override
        public Path path() {
            return file.path();
        }

        @Override
        public List<PageBatch> batches() {
            return file.batches();
        }

        @Override
        public void verify(LongConsumer read) throws IOException {
            file.verify(read);
        }

        @Override
        public PageFile pages() {
            return file.pages();
        }

        @Override
        public void close() {
            file.close();
        }
    }

    private record Streamed(PageSource.Streamed stream, Image image) implements PageSource.Streamed {
        @Override
        public @Nullable Chunk next() throws IOException {
            return stream.next();
        }

        @Override
        public int lanes() {
            return stream.lanes();
        }

        @Override
        public void close() {
            stream.close();
        }
    }
}
