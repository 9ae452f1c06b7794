package dev.reprise.engine.transport;

import dev.reprise.engine.model.Filters;
import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.model.Secret;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.SharedObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Images with random memory, for what goes through lanes. */
public final class LaneImages {
    private LaneImages() {}

    /** The golden image whose address space has so many bytes or a little more, in runs of 1 to 600 pages, of several kinds. */
    public static Golden.Content random(Random random, int bytes) throws IOException {
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
        int others = 0;
        for (SharedObject object : image.objects()) {
            objects.add(object instanceof AddressSpace space ? space.with(space.vmas(), runs) : object);
            if (object instanceof MemoryObject memory) {
                others += (int) new PageBatch(memory.id(), memory.runs(), 0).bytes();
            }
        }
        byte[] pages = new byte[total + others];
        for (int at = 0; at < pages.length; at += PageRun.PAGE_SIZE) {
            fill(random, pages, at);
        }
        return new Golden.Content(new Image(image.machine(), objects, image.processes()), Bytes.of(pages));
    }

    private static void fill(Random random, byte[] pages, int at) {
        switch (random.nextInt(4)) {
            case 0 -> {
                byte[] noise = new byte[PageRun.PAGE_SIZE];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, pages, at, noise.length);
            }
            case 1 -> Arrays.fill(pages, at, at + PageRun.PAGE_SIZE, (byte) random.nextInt(4));
            case 2 -> {
                for (int i = 0; i < PageRun.PAGE_SIZE; i++) {
                    pages[at + i] = (byte) (i * 7 / (1 + at % 5));
                }
            }
            default -> {
                int from = random.nextInt(at / PageRun.PAGE_SIZE + 1) * PageRun.PAGE_SIZE;
                System.arraycopy(pages, from, pages, at, PageRun.PAGE_SIZE);
            }
        }
    }

    /** The objects of an image that have pages, with the contents of all their runs, in their order. */
    public static Map<ObjectId, ByteBuffer> contents(Golden.Content content) {
        Map<ObjectId, ByteBuffer> contents = new java.util.LinkedHashMap<>();
        ByteBuffer pages = ByteBuffer.wrap(content.pages().toArray());
        for (SharedObject object : content.image().objects()) {
            int bytes = (int) new PageBatch(object.id(), runs(object), 0).bytes();
            if (bytes > 0) {
                contents.put(object.id(), pages.slice(pages.position(), bytes));
                pages.position(pages.position() + bytes);
            }
        }
        return contents;
    }

    /** The pages that an object has in the image. */
    public static List<PageRun> runs(SharedObject object) {
        return switch (object) {
            case AddressSpace space -> space.runs();
            case MemoryObject memory -> memory.runs();
            default -> List.of();
        };
    }

    /** The whole image, its chunks prepared and written by one thread in the numbers of all lanes. */
    public static byte[] written(Golden.Content content, Filters filters, Optional<Secret> signer) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PageSink.Streamed sink = Images.createOwning(Channels.newChannel(out), filters, signer)) {
            sink.state(content.image());
            Map<ObjectId, ByteBuffer> contents = contents(content);
            for (SharedObject object : content.image().objects()) {
                int chunk = 0;
                for (List<PageRun> runs : PageBatch.cut(runs(object), 1 << 20)) {
                    ByteBuffer all = contents.get(object.id());
                    ByteBuffer bytes = all.slice(all.position(), (int) new PageBatch(object.id(), runs, 0).bytes());
                    all.position(all.position() + bytes.remaining());
                    sink.prepare(object.id(), runs, bytes).write(chunk++ % filters.lanes());
                }
            }
            sink.finish();
        }
        return out.toByteArray();
    }

    /** Reads an image as a restore does: chunks are taken by threads, which close them in any order. */
    public static Golden.Content read(byte[] image, Opening opening, Random random) throws Exception {
        try (PageSource.Streamed source =
                        Images.open(Channels.newChannel(new ByteArrayInputStream(image)), Host.ANY, opening);
                var threads = java.util.concurrent.Executors.newFixedThreadPool(opening.lanes())) {
            Map<ObjectId, Map<Long, byte[]>> pages = new HashMap<>();
            List<PageSource.Chunk> chunks = new ArrayList<>();
            for (PageSource.Chunk next = source.next(); next != null; next = source.next()) {
                PageSource.Chunk chunk = next;
                chunks.add(chunk);
                int pause = random.nextInt(2000);
                threads.execute(() -> {
                    try (chunk) {
                        Thread.sleep(0, pause * 100);
                        take(chunk, pages);
                    } catch (InterruptedException never) {
                        throw new IllegalStateException(never);
                    }
                });
            }
            // all have come: what they repeat has, too
            for (PageSource.Chunk chunk : chunks) {
                for (PageRepeat repeat : chunk.repeats()) {
                    for (long done = 0; done < repeat.to().bytes(); done += PageRun.PAGE_SIZE) {
                        byte[] page = pages.get(repeat.object()).get(repeat.from() + done);
                        pages.computeIfAbsent(chunk.object(), _ -> new HashMap<>())
                                .put(repeat.to().start() + done, page);
                    }
                }
            }
            return content(source.image(), pages);
        }
    }

    /** Reads an image file as those do who know where the pages lie in it. */
    public static Golden.Content read(Path image) throws IOException {
        try (PageSource source = Images.open(image, Host.ANY, Opening.NONE)) {
            PageSource.InPlace file = (PageSource.InPlace) source;
            file.verify(_ -> {});
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file.path()));
            Map<ObjectId, Map<Long, byte[]>> pages = new HashMap<>();
            for (PageBatch batch : file.batches()) {
                int position = (int) batch.position();
                for (PageRun run : batch.runs()) {
                    for (long at = run.start(); at < run.end(); at += PageRun.PAGE_SIZE) {
                        byte[] page = new byte[PageRun.PAGE_SIZE];
                        bytes.get(position, page);
                        position += page.length;
                        pages.computeIfAbsent(batch.object(), _ -> new HashMap<>())
                                .put(at, page);
                    }
                }
            }
            return content(source.image(), pages);
        }
    }

    private static Golden.Content content(Image image, Map<ObjectId, Map<Long, byte[]>> pages) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (SharedObject object : image.objects()) {
            for (PageRun run : runs(object)) {
                for (long at = run.start(); at < run.end(); at += PageRun.PAGE_SIZE) {
                    all.writeBytes(pages.get(object.id()).get(at));
                }
            }
        }
        return new Golden.Content(image, Bytes.of(all.toByteArray()));
    }

    private static void take(PageSource.Chunk chunk, Map<ObjectId, Map<Long, byte[]>> pages) {
        byte[] bytes = chunk.data().toArray(ValueLayout.JAVA_BYTE);
        int at = 0;
        synchronized (pages) {
            Map<Long, byte[]> its = pages.computeIfAbsent(chunk.object(), _ -> new HashMap<>());
            for (PageRun run : chunk.stored()) {
                for (long address = run.start(); address < run.end(); address += PageRun.PAGE_SIZE) {
                    its.put(address, Arrays.copyOfRange(bytes, at, at += PageRun.PAGE_SIZE));
                }
            }
        }
    }
}
