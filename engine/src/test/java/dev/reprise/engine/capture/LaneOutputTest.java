package dev.reprise.engine.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.engine.model.Compression;
import dev.reprise.engine.model.Filters;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.transport.Golden;
import dev.reprise.engine.transport.Images;
import dev.reprise.engine.transport.LaneImages;
import dev.reprise.image.BadImageException;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.SharedObject;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.Pipe;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several threads write one stream: in order, and each failure ends all of them. */
@Timeout(120)
class LaneOutputTest {
    private static final Pace NONE = _ -> {};

    @AfterEach
    void noThreadIsLeft() {
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("lane-"));
    }

    @Test
    void theBytesAreThoseOfOneThread() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Golden.Content content = LaneImages.random(random, 12 << 20);
        for (int lanes = 1; lanes <= 8; lanes++) {
            Filters filters = new Filters(lanes % 2 == 0 ? Compression.LZ4 : Compression.NONE).by(lanes);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            write(content, filters, Channels.newChannel(out), -1, random);
            assertThat(out.toByteArray())
                    .as("%d lanes, seed %d", lanes, seed)
                    .isEqualTo(LaneImages.written(content, filters, Optional.empty()));
            assertThat(LaneImages.read(out.toByteArray(), Opening.NONE.by(lanes), random))
                    .isEqualTo(content);
        }
    }

    @Test
    void aFullDiskEndsAllLanes() throws Exception {
        Random random = new Random(1);
        Golden.Content content = LaneImages.random(random, 8 << 20);
        for (int room = 0; room < 9 << 20; room += 1_111_111) {
            int most = room;
            for (Filters filters : List.of(Filters.NONE.by(4), new Filters(Compression.ZSTD).by(2))) {
                WritableByteChannel full = new WritableByteChannel() {
                    private int left = most;

                    @Override
                    public int write(ByteBuffer source) throws IOException {
                        int n = Math.min(left, source.remaining());
                        if (n == 0 && source.hasRemaining()) {
                            throw new IOException("No space left on device");
                        }
                        left -= n;
                        source.position(source.position() + n);
                        return n;
                    }

                    @Override
                    public boolean isOpen() {
                        return true;
                    }

                    @Override
                    public void close() {}
                };
                if (filters.compression() == Compression.NONE) {
                    assertThatThrownBy(() -> write(content, filters, full, -1, random))
                            .as("room for %d", most)
                            .isInstanceOf(IOException.class)
                            .hasMessage("No space left on device");
                }
            }
        }
    }

    @Test
    void whatCannotBeReadEndsAllLanesAndIsSaid() throws Exception {
        Random random = new Random(2);
        Golden.Content content = LaneImages.random(random, 8 << 20);
        for (int bad = 0; bad < 8; bad++) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            int chunk = bad;
            assertThatThrownBy(() -> write(content, Filters.NONE.by(3), Channels.newChannel(out), chunk, random))
                    .isInstanceOf(KernelException.class)
                    .hasMessageContaining("process_vm_readv");
            assertThatThrownBy(() -> LaneImages.read(out.toByteArray(), Opening.NONE, random))
                    .isInstanceOf(BadImageException.Truncated.class)
                    .hasMessageContaining("the checkpoint failed: it was given up");
        }
    }

    @Test
    void anInterruptEndsThoseWhoWaitForAReader() throws Exception {
        Random random = new Random(3);
        Golden.Content content = LaneImages.random(random, 8 << 20);
        for (int i = 0; i < 10; i++) {
            Pipe pipe = Pipe.open();
            Throwable[] end = new Throwable[1];
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    write(content, Filters.NONE.by(3), pipe.sink(), -1, random);
                } catch (Throwable failed) {
                    end[0] = failed;
                }
            });
            Thread.sleep(random.nextInt(200));
            writer.interrupt();
            writer.join();
            assertThat(end[0]).isInstanceOfAny(ClosedByInterruptException.class, java.io.InterruptedIOException.class);
            pipe.source().close();
        }
    }

    // Chunk number bad of an object cannot be read, if there is one.
    private static void write(
            Golden.Content content, Filters filters, WritableByteChannel channel, int bad, Random random)
            throws IOException, KernelException {
        try (PageSink.Streamed sink = Images.createOwning(channel, filters, Optional.empty())) {
            sink.state(content.image());
            Map<ObjectId, ByteBuffer> contents = LaneImages.contents(content);
            for (SharedObject object : content.image().objects()) {
                List<PageRun> runs = LaneImages.runs(object);
                ByteBuffer all = contents.get(object.id());
                if (all == null) {
                    continue;
                }
                List<List<PageRun>> chunks = PageBatch.cut(runs, 1 << 20);
                LaneOutput.Opening opening = () -> new Slow(object.id(), chunks, all, bad, random.nextInt(300_000));
                new LaneOutput(sink, object.id(), chunks, opening, NONE).write(opening.open());
            }
            sink.finish();
        }
    }

    private record Slow(ObjectId object, List<List<PageRun>> chunks, ByteBuffer all, int bad, int nanos)
            implements LaneOutput.Reading {
        @Override
        public ByteBuffer read(List<PageRun> runs) throws KernelException {
            int at = 0;
            int number = 0;
            while (chunks.get(number) != runs) {
                at += (int) new PageBatch(object, chunks.get(number++), 0).bytes();
            }
            java.util.concurrent.locks.LockSupport.parkNanos(nanos);
            if (number == bad) {
                throw new KernelException("process_vm_readv", "task 1", Errno.ESRCH);
            }
            return all.slice(at, (int) new PageBatch(object, runs, 0).bytes());
        }

        @Override
        public void close() {}
    }
}
