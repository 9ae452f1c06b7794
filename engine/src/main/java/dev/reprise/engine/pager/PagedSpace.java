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
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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
    private final ChangedMemory changes;
    // Pages that somebody waits for.
    private final Set<Long> wanted = new LinkedHashSet<>();
    private final List<ChangedMemory.Move> doubts = new ArrayList<>();
    private boolean isGone;

    /** {@code space}: its number in the image, of which a child's is a copy. */
    PagedSpace(int space, UserfaultFd faults, MissingPages missing) {
        this.space = space;
        this.faults = faults;
        this.missing = missing;
        changes = new ChangedMemory(missing);
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

    /** Who is told what is heard. */
    interface Listener {
        /** Somebody waits for a page from the image. */
        void touched(int space, long page);

        /** A child, with its space. */
        void born(PagedSpace child);

        /** Memory that may be missing is somewhere else from now on. */
        void moved(long to, long bytes) throws KernelException;
    }

    /**
     * Hears all that there is to hear, before anything else is copied: whoever has changed memory goes on as soon as that is
     * read.
     *
     * @param messages room for some
     */
    void hear(MemorySegment messages, Listener listener) throws KernelException {
        for (int read = faults.read(messages); read > 0; read = faults.read(messages)) {
            for (long at = 0; at < read; at += UserfaultFd.MESSAGE) {
                MemorySegment message = messages.asSlice(at, UserfaultFd.MESSAGE);
                int event = Byte.toUnsignedInt(message.get(JAVA_BYTE, 0));
                long first = message.get(JAVA_LONG, UserfaultFd.FIRST);
                long second = message.get(JAVA_LONG, UserfaultFd.SECOND);
                switch (event) {
                    case UserfaultFd.EVENT_PAGEFAULT -> {
                        long page = MissingPages.pageOf(second);
                        wanted.add(page);
                        if (missing.at(page) != null) {
                            listener.touched(space, page);
                        }
                    }
                    case UserfaultFd.EVENT_FORK -> {
                        PagedSpace child = new PagedSpace(
                                space, faults.of(new Fd(first & 0xffffffffL)), new MissingPages(missing));
                        changes.forked(child);
                        listener.born(child);
                    }
                    case UserfaultFd.EVENT_REMAP -> {
                        long bytes = message.get(JAVA_LONG, UserfaultFd.THIRD);
                        listener.moved(second, bytes);
                        changes.moved(first, second, bytes);
                    }
                    case UserfaultFd.EVENT_UNMAP -> changes.unmapped(first, second);
                    case UserfaultFd.EVENT_REMOVE -> missing.forget(first, second);
                    default -> throw new IllegalStateException("an unknown message of a userfaultfd");
                }
            }
        }
    }

    /** Brings what somebody waits for; whether anything has come. */
    boolean serve(Contents contents) throws KernelException, IOException {
        boolean hasCome = false;
        if (!settle(contents)) {
            return false;
        }
        for (long page : List.copyOf(wanted)) {
            if (isGone) {
                return hasCome;
            }
            MissingPages.@Nullable Extent extent = missing.at(page);
            if (extent == null) {
                if (zero(page)) {
                    wanted.remove(page);
                    hasCome = true;
                }
                continue;
            }
            Loaded loaded = contents.at(extent.part(page, extent.end()).position());
            if (copy(extent.part(page, page + PAGE), loaded) != 0) {
                wanted.remove(page);
                hasCome = true;
            }
            bringAround(page, loaded);
        }
        return hasCome;
    }

    // A page that the image has not; false when the program has said something that must be heard first.
    private boolean zero(long page) {
        long done = faults.zero(page, PAGE);
        if (done == -Errno.EAGAIN.code()) {
            return false;
        }
        if (done < 0) {
            faults.wake(page, PAGE); // it is there already, or is none of ours any more
        } else {
            changes.areOver();
        }
        return true;
    }

    /** Brings what is missing at an address, and its neighbours from the same piece; whether anything has come. */
    boolean bring(long address, Contents contents) throws KernelException, IOException {
        long page = MissingPages.pageOf(address);
        MissingPages.@Nullable Extent extent = missing.at(page);
        return extent != null
                && settle(contents)
                && bringAround(page, contents.at(extent.part(page, extent.end()).position()));
    }

    private boolean bringAround(long page, Loaded loaded) throws KernelException {
        PageFile.Piece piece = loaded.piece();
        boolean hasCome = false;
        MissingPages.@Nullable Extent extent = missing.at(page);
        for (extent = extent == null ? missing.after(page) : extent; extent != null && overlaps(extent, piece); ) {
            long end = copy(within(extent, piece), loaded);
            if (end == 0) {
                return hasCome;
            }
            hasCome = true;
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
        boolean isByPages = false;
        long doubted = 0;
        while (true) {
            long length = isByPages ? PAGE : rest.bytes();
            long done = faults.copy(rest.start(), loaded.of(rest).asSlice(0, length));
            if (done == -Errno.EAGAIN.code()) {
                return 0;
            }
            if (done == -Errno.ESRCH.code()) {
                isGone = true;
                return 0;
            }
            if (done == -Errno.ENOENT.code() && (length > PAGE || doubted != rest.start())) {
                // A border between two mappings. Or it has just been moved: asked again the kernel says EAGAIN then.
                isByPages = true;
                doubted = rest.start();
                continue;
            }
            if (done == -Errno.EEXIST.code() || done == -Errno.ENOENT.code()) {
                // it has a page of its own there, or no memory any more
                faults.wake(rest.start(), PAGE);
                done = PAGE;
            } else if (done < 0) {
                throw new KernelException("ioctl", "UFFDIO_COPY", Errno.of(done));
            } else {
                changes.areOver();
            }
            missing.forget(rest.start(), rest.start() + done);
            if (done == rest.bytes()) {
                return whole.end();
            }
            rest = rest.part(rest.start() + done, rest.end());
        }
    }

    /** Whether it has its memory from before or after a move of its parent's is to be found out. */
    void doubt(ChangedMemory.Move move) {
        doubts.add(move);
    }

    // Whether no doubt is left. A page of its own place either comes there, or there is no place any more.
    private boolean settle(Contents contents) throws KernelException, IOException {
        while (!doubts.isEmpty()) {
            ChangedMemory.Move move = doubts.getFirst();
            MissingPages.@Nullable Extent at = missing.at(move.from());
            MissingPages.@Nullable Extent extent = at == null ? missing.after(move.from()) : at;
            if (extent != null && extent.start() < move.from() + move.bytes()) {
                long page = Math.max(extent.start(), move.from());
                MissingPages.Extent one = extent.part(page, page + PAGE);
                MemorySegment bytes = contents.at(one.position()).of(one);
                long done = faults.copy(page, bytes);
                if (done == -Errno.ENOENT.code()) {
                    done = faults.copy(page, bytes);
                }
                if (done == -Errno.EAGAIN.code()) {
                    return false;
                }
                if (done == -Errno.ENOENT.code()) {
                    missing.move(move.from(), move.to(), move.bytes());
                }
            }
            doubts.removeFirst();
        }
        return true;
    }

    /** What has not come can never be read: who touches it gets SIGBUS. */
    void poison() {
        for (MissingPages.Extent extent = missing.isEmpty() ? null : missing.first();
                extent != null;
                extent = missing.after(extent.end())) {
            faults.poison(extent.start(), extent.bytes());
        }
    }

    @Override
    public void close() {
        faults.close();
    }
}
