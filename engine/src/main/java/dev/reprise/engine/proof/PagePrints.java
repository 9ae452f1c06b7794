package dev.reprise.engine.proof;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageSource;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** The checksums of the pages of an image: four bytes each. */
final class PagePrints {
    private static final int PAGE = PageRun.PAGE_SIZE;
    private static final int BUFFER = 1 << 20;

    /** That of a page of zeros: it is as good as no page. */
    static final int ZERO = print(ByteBuffer.allocate(PAGE));

    private final Map<ObjectId, NavigableMap<Long, int[]>> runs = new HashMap<>();
    private final CRC32C crc = new CRC32C();
    private final KernelWrites writes;

    /** {@code writes}: what is taken for zero. */
    PagePrints(KernelWrites writes) {
        this.writes = writes;
    }

    /** What takes the next bytes of some runs. */
    final class Taking {
        private final ObjectId object;
        private final List<PageRun> pages;
        private final ByteBuffer partly = ByteBuffer.allocate(PAGE);
        private final NavigableMap<Long, int[]> prints;
        private int run;
        private int page;
        private int part;

        private Taking(ObjectId object, List<PageRun> pages) {
            this.object = object;
            this.pages = pages;
            prints = runs.computeIfAbsent(object, _ -> new TreeMap<>());
            crc.reset();
        }

        /** The next bytes, all that remain in the buffer. */
        void data(ByteBuffer bytes) {
            while (bytes.hasRemaining()) {
                int length = Math.min(PAGE - part, bytes.remaining());
                ByteBuffer piece = bytes.slice(bytes.position(), length);
                if (writes.isIn(object, address())) {
                    partly.put(part, piece, 0, length);
                } else {
                    crc.update(piece);
                }
                bytes.position(bytes.position() + length);
                part += length;
                if (part == PAGE) {
                    end();
                }
            }
        }

        private long address() {
            return pages.get(run).start() + (long) page * PAGE;
        }

        private void end() {
            if (writes.isIn(object, address())) {
                writes.clear(object, address(), partly);
                crc.update(partly.clear());
            }
            add((int) crc.getValue());
            crc.reset();
            part = 0;
        }

        private void add(int print) {
            PageRun current = pages.get(run);
            prints.computeIfAbsent(current.start(), _ -> new int[Math.toIntExact(current.pages())])[page] = print;
            page++;
            if (page == current.pages()) {
                run++;
                page = 0;
            }
        }
    }

    private static int print(ByteBuffer page) {
        CRC32C crc = new CRC32C();
        crc.update(page);
        return (int) crc.getValue();
    }

    /** Takes the pages of some runs of an object. */
    Taking of(ObjectId object, List<PageRun> pages) {
        return new Taking(object, pages);
    }

    /** Those of a whole image. */
    static PagePrints of(PageSource source) throws IOException {
        PagePrints prints = new PagePrints(KernelWrites.of(source.image()));
        switch (source) {
            case PageSource.InPlace file -> {
                try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ)) {
                    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
                    for (PageBatch batch : file.batches()) {
                        prints.read(channel, batch, buffer);
                    }
                }
            }
            case PageSource.Streamed stream -> {
                for (PageSource.Chunk chunk = stream.next(); chunk != null; chunk = stream.next()) {
                    try (PageSource.Chunk pages = chunk) {
                        if (!pages.repeats().isEmpty()) {
                            throw new IOException("pages that repeat others cannot be compared in a stream");
                        }
                        prints.of(pages.object(), pages.runs())
                                .data(pages.data().asByteBuffer());
                    }
                }
            }
        }
        return prints;
    }

    private void read(FileChannel file, PageBatch batch, ByteBuffer buffer) throws IOException {
        Taking taking = of(batch.object(), batch.runs());
        long end = batch.position() + batch.bytes();
        for (long at = batch.position(); at < end; ) {
            buffer.clear().limit((int) Math.min(BUFFER, end - at));
            int length = file.read(buffer, at);
            if (length <= 0) {
                throw new IOException("the image ends in the middle of its pages");
            }
            taking.data(buffer.flip());
            at += length;
        }
    }

    /** Puts one in. */
    void put(ObjectId object, long address, int print) {
        runs.computeIfAbsent(object, _ -> new TreeMap<>()).put(address, new int[] {print});
    }

    /** The checksum of an object's page; {@link #ZERO} where it has none. */
    int at(ObjectId object, long address) {
        NavigableMap<Long, int[]> all = runs.get(object);
        Map.Entry<Long, int[]> run = all == null ? null : all.floorEntry(address);
        long index = run == null ? 0 : (address - run.getKey()) / PAGE;
        return run == null || index >= run.getValue().length ? ZERO : run.getValue()[(int) index];
    }

    /** What is told of a page. */
    @FunctionalInterface
    interface See {
        void page(long address, int print);
    }

    /** Shows every page of an object. */
    void each(ObjectId object, See see) {
        runs.getOrDefault(object, new TreeMap<>()).forEach((start, prints) -> {
            for (int i = 0; i < prints.length; i++) {
                see.page(start + (long) i * PAGE, prints[i]);
            }
        });
    }
}
