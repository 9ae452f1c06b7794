package dev.reprise.engine;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageSink;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.OwnThread;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A sink for a checkpoint that is taken where other files are seen: what finds its file
 * by name is done on a thread that stays here. Closed here, too.
 */
final class HomeSink {
    private HomeSink() {}

    /** Called here. */
    static PageSink of(PageSink sink) {
        return switch (sink) {
            case PageSink.InPlace file -> new InPlace(file, new Staying());
            case PageSink.Streamed stream -> new Streamed(stream, new Staying());
        };
    }

    /** A thread that was started here, and so sees what is seen here, whoever gives it something to do. */
    private static final class Staying implements AutoCloseable {
        private final ThreadPoolExecutor thread =
                new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());

        Staying() {
            thread.prestartCoreThread();
        }

        void finish(PageSink sink) throws IOException {
            run(() -> {
                sink.finish();
                return null;
            });
        }

        void fail(PageSink sink, String reason) {
            try {
                run(() -> {
                    sink.fail(reason);
                    return null;
                });
            } catch (IOException never) {
                throw new IllegalStateException(never);
            }
        }

        private <T> void run(Callable<T> work) throws IOException {
            try {
                OwnThread.await(thread.submit(work));
            } catch (IOException | RuntimeException failed) {
                throw failed;
            } catch (Exception other) {
                throw new IllegalStateException(other);
            }
        }

        @Override
        public void close() {
            thread.shutdown();
        }
    }

    private record InPlace(PageSink.InPlace file, Staying here) implements PageSink.InPlace {
        @Override
        public Path path() {
            return file.path();
        }

        @Override
        public PageBatch place(ObjectId object, List<PageRun> runs) throws IOException {
            return file.place(object, runs);
        }

        @Override
        public void fill(PageBatch batch, long at, ByteBuffer bytes) throws IOException {
            file.fill(batch, at, bytes);
        }

        @Override
        public void done(PageBatch batch) throws IOException {
            file.done(batch);
        }

        @Override
        public void state(Image image) throws IOException {
            file.state(image);
        }

        @Override
        public void seal() throws IOException {
            file.seal();
        }

        @Override
        public void finish() throws IOException {
            here.finish(file);
        }

        @Override
        public void fail(String reason) {
            here.fail(file, reason);
        }

        @Override
        public long bytesWritten() {
            return file.bytesWritten();
        }

        @Override
        public void close() {
            here.close();
            file.close();
        }
    }

    private record Streamed(PageSink.Streamed stream, Staying here) implements PageSink.Streamed {
        @Override
        public int lanes() {
            return stream.lanes();
        }

        @Override
        public Prepared prepare(ObjectId object, List<PageRun> runs, List<PageRepeat> repeats, ByteBuffer bytes) {
            return stream.prepare(object, runs, repeats, bytes);
        }

        @Override
        public void state(Image image) throws IOException {
            stream.state(image);
        }

        @Override
        public void finish() throws IOException {
            here.finish(stream);
        }

        @Override
        public void fail(String reason) {
            here.fail(stream, reason);
        }

        @Override
        public long pagesRepeated() {
            return stream.pagesRepeated();
        }

        @Override
        public long bytesWritten() {
            return stream.bytesWritten();
        }

        @Override
        public void close() {
            here.close();
            stream.close();
        }
    }
}
