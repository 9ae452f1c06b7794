package dev.reprise.engine.pager;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.model.PageFile;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.UserfaultFd;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One address space whose memory comes page by page. Only one thread may use it: what the program does with its memory and
 * what is copied there must be seen in one order.
 */
final class PagedSpace implements AutoCloseable {
    private static final int PAGE = PageRun.PAGE_SIZE;

    private final int space;
    private final UserfaultFd faults;
    private final MissingPages missing;
    private boolean isGone;

    /** {@code space}: its number in the image, of which a child's is a copy. */
    PagedSpace(int space, UserfaultFd faults, MissingPages missing) {
        this.space = space;
        this.faults = faults;
        this.missing = missing;
    }

    int space() {
        return space;
    }

    Fd fd() {
        return faults.fd();
    }

    MissingPages missing() {
        return missing;
    }

    /** Whether nothing has to come any more: all is there, or its processes have ended. */
    boolean isDone() {
        return isGone || missing.isEmpty();
    }

    /** Where contents come from. */
    @FunctionalInterface
    interface Contents {
        /** The piece that a position lies in, and its bytes. */
        Loaded at(long position) throws IOException;
    }

    /** A piece of the image file in memory. */
    record Loaded(PageFile.Piece piece, MemorySegment bytes) {
        MemorySegment of(MissingPages.Extent extent) {
            return bytes.asSlice(extent.position() - piece.position(), extent.bytes());
        }
    }

    /**
     * Does what the messages say that have come.
     *
     * @param messages room for some
     * @param touched is told the addresses that somebody waited for
     * @param born is given each child's space
     */
    void hear(MemorySegment messages, Contents contents, LongConsumer touched, Consumer<PagedSpace> born)
            throws KernelException, IOException {
        int bytes = faults.read(messages);
        // Whoever gave memory back goes on as soon as that is read: what is copied afterwards must know of it.
        for (long at = 0; at < bytes; at += UserfaultFd.MESSAGE) {
            change(messages.asSlice(at, UserfaultFd.MESSAGE), born);
        }
        for (long at = 0; at < bytes; at += UserfaultFd.MESSAGE) {
            if (event(messages.asSlice(at)) == UserfaultFd.EVENT_PAGEFAULT) {
                long address = messages.get(JAVA_LONG, at + UserfaultFd.SECOND);
                touched.accept(address);
                serve(MissingPages.pageOf(address), contents);
            }
        }
    }

    private static int event(MemorySegment message) {
        return Byte.toUnsignedInt(message.get(JAVA_BYTE, 0));
    }

    private void change(MemorySegment message, Consumer<PagedSpace> born) {
        long first = message.get(JAVA_LONG, UserfaultFd.FIRST);
        long second = message.get(JAVA_LONG, UserfaultFd.SECOND);
        switch (event(message)) {
            case UserfaultFd.EVENT_FORK ->
                born.accept(
                        new PagedSpace(space, new UserfaultFd(new Fd(first & 0xffffffffL)), new MissingPages(missing)));
            case UserfaultFd.EVENT_REMAP -> missing.move(first, second, message.get(JAVA_LONG, UserfaultFd.THIRD));
            case UserfaultFd.EVENT_REMOVE, UserfaultFd.EVENT_UNMAP -> missing.forget(first, second);
            case UserfaultFd.EVENT_PAGEFAULT -> {}
            default -> throw new IllegalStateException("an unknown message of a userfaultfd");
        }
    }

    // The page that somebody waits for: then all that lies in the same piece and near it.
    private void serve(long page, Contents contents) throws KernelException, IOException {
        MissingPages.@Nullable Extent extent = missing.at(page);
        if (extent == null) {
            if (faults.zero(page, PAGE) < 0) {
                faults.wake(page, PAGE); // it is there already, or is none of ours any more
            }
            return;
        }
        Loaded loaded = contents.at(extent.part(page, extent.end()).position());
        bring(page, loaded);
        faults.wake(page, PAGE); // if it was brought before somebody asked
    }

    /** Brings what is missing at an address, and its neighbours from the same piece; whether anything has come. */
    boolean bring(long address, Contents contents) throws KernelException, IOException {
        MissingPages.@Nullable Extent extent = missing.at(address);
        if (extent == null) {
            return false;
        }
        long from = Math.max(extent.start(), MissingPages.pageOf(address));
        return bring(from, contents.at(extent.part(from, extent.end()).position()));
    }

    private boolean bring(long page, Loaded loaded) throws KernelException {
        PageFile.Piece piece = loaded.piece();
        MissingPages.@Nullable Extent extent = missing.at(page);
        boolean hasCome = false;
        while (extent != null && overlaps(extent, piece)) {
            long end = copy(within(extent, piece), loaded);
            hasCome |= end > extent.start();
            if (end == 0) {
                return hasCome;
            }
            extent = missing.after(end);
        }
        for (extent = missing.before(page); extent != null && overlaps(extent, piece); ) {
            long start = extent.start();
            if (copy(within(extent, piece), loaded) == 0) {
                return hasCome;
            }
            hasCome = true;
            extent = missing.before(start);
        }
        return hasCome;
    }

    private static boolean overlaps(MissingPages.Extent extent, PageFile.Piece piece) {
        return extent.position() < piece.end() && extent.position() + extent.bytes() > piece.position();
    }

    private static MissingPages.Extent within(MissingPages.Extent extent, PageFile.Piece piece) {
        long skipped = Math.max(0, piece.position() - extent.position());
        long end = Math.min(extent.bytes(), piece.end() - extent.position());
        return extent.part(extent.start() + skipped, extent.start() + end);
    }

    // Copies all of an extent; the address behind it, 0 when the program has said something that must be heard first.
    private long copy(MissingPages.Extent whole, Loaded loaded) throws KernelException {
        MissingPages.Extent rest = whole;
        int pages = 0; // 0: as many as there are
        while (true) {
            long length = pages == 0 ? rest.bytes() : Math.min(rest.bytes(), (long) pages * PAGE);
            long done = faults.copy(rest.start(), loaded.of(rest).asSlice(0, length));
            if (done == -Errno.EAGAIN.code()) {
                return 0;
            }
            if (done == -Errno.ESRCH.code()) {
                isGone = true;
                return 0;
            }
            if (done == -Errno.ENOENT.code() && length > PAGE) {
                pages = 1; // a border between two mappings
                continue;
            }
            if (done == -Errno.EEXIST.code() || done == -Errno.ENOENT.code()) {
                // it has a page of its own there, or no memory any more
                faults.wake(rest.start(), PAGE);
                done = PAGE;
            }
            if (done < 0) {
                throw new KernelException("ioctl", "UFFDIO_COPY", Errno.of(done));
            }
            missing.forget(rest.start(), rest.start() + done);
            if (done == rest.bytes()) {
                return whole.end();
            }
            rest = rest.part(rest.start() + done, rest.end());
        }
    }

    @Override
    public void close() {
        faults.close();
    }
}
