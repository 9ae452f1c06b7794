package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getpid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_memfd_create;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageFile;
import dev.reprise.engine.model.PagePlaces;
import dev.reprise.engine.model.PageSource;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mman;
import dev.reprise.kernel.Native;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The pages of a stream that had to be read before they could be placed: kept in memory, then loaded as from a file.
 *
 * <p>{@code checkpoint --kill | restore} on one host: the original ends only when its image has been read to the end, and
 * only then are its ids free.
 */
final class SpooledPages implements PageSource.InPlace {
    private final Image image;
    private final Fd file;
    private final List<PageBatch> batches = new ArrayList<>();
    private long size;

    /** Reads a stream to its verified end. */
    SpooledPages(PageSource.Streamed stream) throws IOException, KernelException {
        image = stream.image();
        try (Arena arena = Arena.ofConfined()) {
            long name = Native.string(arena, "reprise-pages").address();
            file = new Fd(Door.require(Door.call(SYS_memfd_create, name, Mman.MFD_CLOEXEC), "memfd_create", "pages"));
        }
        PagePlaces places = new PagePlaces();
        for (Chunk chunk = stream.next(); chunk != null; chunk = stream.next()) {
            try (Chunk pages = chunk) {
                PageBatch stored = new PageBatch(pages.object(), pages.stored(), size);
                batches.add(stored);
                places.add(stored);
                write(pages.data(), stored.bytes());
                for (PageRepeat repeat : pages.repeats()) {
                    batches.addAll(places.add(pages.object(), repeat));
                }
            }
        }
    }

    private void write(MemorySegment data, long bytes) throws KernelException {
        for (long done = 0; done < bytes; ) {
            long n = Door.call(SYS_write, file.number(), data.address() + done, bytes - done);
            done += Door.require(n, "write", "pages");
        }
        size += bytes;
    }

    @Override
    public Image image() {
        return image;
    }

    @Override
    public Path path() {
        return Path.of("/proc/" + Door.call(SYS_getpid) + "/fd/" + file.number());
    }

    @Override
    public List<PageBatch> batches() {
        return batches;
    }

    /** The stream's end was the verified end of the image. */
    @Override
    public void verify(LongConsumer read) {}

    /** What comes as a stream comes before the program runs. */
    @Override
    public PageFile pages() {
        throw new IllegalStateException("a stream has no pages to be read later");
    }

    @Override
    public void close() {
        file.close();
    }
}
