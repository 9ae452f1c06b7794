package dev.reprise.engine.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageSink;
import dev.reprise.image.BadImageException;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.SharedObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SinkTest {
    @TempDir
    Path directory;

    @Test
    void aStreamGivesBackWhatWasWritten() throws IOException {
        Golden.Content content = Golden.read(Golden.bytes());
        assertThat(Golden.read(stream(content, 1 << 20))).isEqualTo(content);
    }

    @Test
    void aFileGivesBackWhatSomebodyElseWroteIntoIt() throws IOException {
        Golden.Content content = Golden.read(Golden.bytes());
        Path file = file(content, 1 << 20);
        assertThat(Golden.read(file)).isEqualTo(content);
        assertThat(Golden.read(Files.readAllBytes(file))).isEqualTo(content);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (Stream<Path> all = Files.list(directory)) {
            assertThat(all).containsExactly(file);
        }
    }

    @Test
    void fileAndStreamAreTheSameBytes() throws IOException {
        Golden.Content content = large(40 << 20);
        byte[] stream = stream(content, 16 << 20);
        assertThat(Files.readAllBytes(file(content, 16 << 20))).isEqualTo(stream);
        assertThat(Golden.read(stream).pages()).isEqualTo(content.pages());
    }

    @Test
    void aFailedFileLeavesNothing() throws IOException {
        Path target = Files.writeString(directory.resolve("image"), "old");
        FileImage sink = FileImage.create(target, true, Optional.empty(), Witness.NONE);
        sink.state(Golden.read(Golden.bytes()).image());
        sink.fail("disk full");
        assertThat(target).hasContent("old");
        try (Stream<Path> all = Files.list(directory)) {
            assertThat(all).containsExactly(target);
        }
    }

    @Test
    void aFailedStreamSaysWhyWhereverItFailed() throws IOException {
        Image image = Golden.read(Golden.bytes()).image();
        List<PageRun> run = List.of(new PageRun(0x555555554000L, 2));
        for (boolean isWritten : new boolean[] {false, true}) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            StreamImage sink = StreamImage.into(Channels.newChannel(out));
            sink.state(image);
            if (isWritten) {
                sink.prepare(new ObjectId(2), run, ByteBuffer.allocate(8192)).write(3);
            }
            sink.fail("the task died\nof something");
            assertThatThrownBy(() -> Golden.read(out.toByteArray()))
                    .as("written %s", isWritten)
                    .isInstanceOf(BadImageException.Truncated.class)
                    .hasMessageContaining("the checkpoint failed: the task died of something");
        }
    }

    @Test
    void pageDataThatTheStateDoesNotAnnounceAreRefused() throws IOException {
        Image image = Golden.read(Golden.bytes()).image();
        try (FileImage sink = FileImage.create(directory.resolve("image"), false, Optional.empty(), Witness.NONE)) {
            sink.state(image);
            ObjectId space = new ObjectId(2);
            assertThatThrownBy(() -> sink.place(space, List.of(new PageRun(0x7ffffffde000L, 1))))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> sink.place(space, List.of(new PageRun(0x555555554000L, 3))))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(sink::finish).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static byte[] stream(Golden.Content content, long batchBytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer pages = ByteBuffer.wrap(content.pages().toArray());
        try (PageSink.Streamed sink = Images.create(Channels.newChannel(out))) {
            sink.state(content.image());
            for (PageBatch batch : batches(content.image(), batchBytes)) {
                ByteBuffer bytes = pages.slice(pages.position(), (int) batch.bytes());
                pages.position(pages.position() + bytes.remaining());
                sink.prepare(batch.object(), batch.runs(), bytes).write(0);
            }
            sink.finish();
            assertThat(sink.bytesWritten()).isEqualTo(out.size());
        }
        return out.toByteArray();
    }

    private Path file(Golden.Content content, long batchBytes) throws IOException {
        Path target = directory.resolve("image");
        ByteBuffer pages = ByteBuffer.wrap(content.pages().toArray());
        try (FileImage sink = FileImage.create(target, true, Optional.empty(), Witness.NONE);
                FileChannel somebodyElse = FileChannel.open(sink.path(), StandardOpenOption.WRITE)) {
            sink.state(content.image());
            List<PageBatch> placed = new ArrayList<>();
            for (PageBatch batch : batches(content.image(), batchBytes)) {
                placed.add(sink.place(batch.object(), batch.runs()));
            }
            for (PageBatch batch : placed) {
                ByteBuffer mine = pages.slice(pages.position(), (int) batch.bytes());
                pages.position(pages.position() + (int) batch.bytes());
                sink.fill(batch, 4096, mine.slice(4096, mine.remaining() - 4096));
                somebodyElse.write(mine.limit(4096), batch.position());
                sink.done(batch);
            }
            sink.finish();
            assertThat(sink.bytesWritten()).isEqualTo(Files.size(target));
        }
        return target;
    }

    private static List<PageBatch> batches(Image image, long maxBytes) {
        List<PageBatch> batches = new ArrayList<>();
        for (SharedObject object : image.objects()) {
            List<PageRun> runs = switch (object) {
                case AddressSpace space -> space.runs();
                case MemoryObject memory -> memory.runs();
                default -> List.of();
            };
            for (List<PageRun> part : PageBatch.cut(runs, maxBytes)) {
                batches.add(new PageBatch(object.id(), part, 0));
            }
        }
        return batches;
    }

    // The golden image with an address space that has this many bytes in runs of 1 to 600 pages.
    private static Golden.Content large(int bytes) throws IOException {
        Random random = new Random(7);
        Image image = Golden.read(Golden.bytes()).image();
        List<PageRun> runs = new ArrayList<>();
        long start = 0x10000;
        int total = 0;
        while (total < bytes) {
            PageRun run = new PageRun(start, 1 + random.nextInt(600));
            runs.add(run);
            total += (int) run.bytes();
            start = run.end() + random.nextInt(3) * 4096L;
        }
        List<SharedObject> objects = new ArrayList<>();
        for (SharedObject object : image.objects()) {
            objects.add(object instanceof AddressSpace s ? s.with(s.vmas(), runs) : object);
        }
        byte[] pages = new byte[total + 4096];
        random.nextBytes(pages);
        return new Golden.Content(new Image(image.machine(), objects, image.processes()), Bytes.of(pages));
    }
}
