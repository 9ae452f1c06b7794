package dev.reprise.engine.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.engine.Filtering;
import dev.reprise.engine.model.Compression;
import dev.reprise.engine.model.Filters;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.PageSink;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Images that have each page once: the same memory comes out, of a stream and of a file. */
@Timeout(300)
class RepeatsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatIsLeftOutComesBack(Compression compression) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Golden.Content content = LaneImages.random(random, 6 << 20);
        for (int lanes : new int[] {1, 4}) {
            Filters filters = new Filters(compression).by(lanes);
            byte[] image = LaneImages.written(content, filters.withoutRepeats(), Optional.empty());
            assertThat(LaneImages.read(image, Opening.NONE.by(3), random))
                    .as("%d lanes, seed %d", lanes, seed)
                    .isEqualTo(content);
            assertThat(image).hasSizeLessThan(LaneImages.written(content, filters, Optional.empty()).length);
        }
    }

    @Test
    void eachPageIsThereOnce() throws IOException {
        Golden.Content content = LaneImages.random(new Random(1), 6 << 20);
        Set<ByteBuffer> distinct = new HashSet<>();
        ByteBuffer pages = ByteBuffer.wrap(content.pages().toArray());
        int all = pages.remaining() / PageRun.PAGE_SIZE;
        for (int i = 0; i < all; i++) {
            distinct.add(pages.slice(i * PageRun.PAGE_SIZE, PageRun.PAGE_SIZE));
        }
        Filters filters = Filters.NONE.by(2).withoutRepeats();
        byte[] image = LaneImages.written(content, filters, Optional.empty());
        long others = LaneImages.written(content, Filters.NONE.by(2), Optional.empty()).length
                - (long) all * PageRun.PAGE_SIZE;
        assertThat(image.length)
                .isLessThan((int) (distinct.size() * (long) PageRun.PAGE_SIZE + others + 16L * all + 10_000));
        // whatever the secret of the run
        assertThat(LaneImages.written(content, filters, Optional.empty())).isEqualTo(image);
    }

    @Test
    void aFileIsReadInPlace() throws Exception {
        Golden.Content content = LaneImages.random(new Random(2), 5 << 20);
        byte[] image = LaneImages.written(content, Filters.NONE.by(3).withoutRepeats(), Optional.empty());
        Path file = Files.write(directory.resolve("image"), image);
        assertThat(LaneImages.read(file)).isEqualTo(content);
    }

    @Test
    void itIsMadeOfAnImageThatIsThereAndStaysSo() throws Exception {
        Golden.Content content = LaneImages.random(new Random(3), 5 << 20);
        byte[] plain = LaneImages.written(content, Filters.NONE.by(1), Optional.empty());
        byte[] once = rewritten(plain, Filters.NONE.by(1).withoutRepeats());
        assertThat(once)
                .isEqualTo(LaneImages.written(content, Filters.NONE.by(1).withoutRepeats(), Optional.empty()));
        byte[] again = rewritten(once, Filters.NONE.by(1));
        assertThat(again).isEqualTo(once);
    }

    private static byte[] rewritten(byte[] image, Filters filters) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Filtering.rewrite(
                Channels.newChannel(new ByteArrayInputStream(image)),
                Opening.NONE,
                Channels.newChannel(out),
                filters,
                Optional.empty());
        return out.toByteArray();
    }

    /** As a reader sees them: the writer's ledger is the reader's. */
    @Test
    void whatHasNotComeCannotBeRepeated() throws IOException {
        Golden.Content content = Golden.read(Golden.bytes());
        ObjectId space = new ObjectId(2);
        List<PageRun> runs = List.of(new PageRun(0x555555554000L, 2));
        PageRun first = new PageRun(0x555555554000L, 1);
        PageRun second = new PageRun(0x555555555000L, 1);
        for (PageRepeat bad : List.of(
                new PageRepeat(first, space, 0x555555555000L), // comes later
                new PageRepeat(first, space, 0x555555554000L), // itself
                new PageRepeat(second, space, 0x7ffffffde000L), // is not there yet
                new PageRepeat(second, new ObjectId(999), 0x1000), // never
                new PageRepeat(new PageRun(0x555555556000L, 1), space, 0x555555554000L))) {
            try (PageSink.Streamed sink = Images.create(Channels.newChannel(new ByteArrayOutputStream()))) {
                sink.state(content.image());
                assertThatThrownBy(() -> sink.prepare(space, runs, List.of(bad), ByteBuffer.allocate(4096))
                                .write(0))
                        .as("%s", bad)
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
        try (PageSink.Streamed sink = Images.create(Channels.newChannel(new ByteArrayOutputStream()))) {
            sink.state(content.image());
            PageRepeat good = new PageRepeat(second, space, 0x555555554000L);
            sink.prepare(space, runs, List.of(good), ByteBuffer.allocate(4096)).write(0);
            assertThat(sink.pagesRepeated()).isEqualTo(1);
        }
    }
}
