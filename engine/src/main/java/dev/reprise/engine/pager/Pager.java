package dev.reprise.engine.pager;

import dev.reprise.engine.model.LazyMemory;
import dev.reprise.engine.model.PageFile;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.Poll;
import dev.reprise.kernel.UserfaultFd;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Serves the memory of restored processes out of an image file until all of it is there: what is touched at once, all else
 * meanwhile. Where it cannot go on it has the processes killed: none of them may see memory that is not its own.
 */
public final class Pager implements AutoCloseable {
    private static final int MESSAGES = 64;
    /** How long it waits when the program is about to say something. */
    private static final int MOMENT_MILLIS = 1;

    private final PageFile pages;
    private final Watch watch;
    private final Arena arena = Arena.ofShared();
    private final List<PagedSpace> spaces = new ArrayList<>();
    private final Deque<LazyMemory.Touch> wanted;
    private final Set<LazyMemory.Touch> touched = new LinkedHashSet<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final Thread thread = new Thread(this::work, "pager");
    private volatile boolean isGivenUp;
    private boolean isComplete;
    private int nextSpace;
    private @Nullable Throwable failure;

    /** Who sees to it that no process outlives its pager without its memory. */
    public interface Watch extends AutoCloseable {
        /** Processes have been born whose memory is served, too: so many, which are seen sooner or later. */
        void expect(int born);

        /** Memory that may be missing is somewhere else from now on. */
        void moved(long to, long bytes) throws KernelException;

        /** Looks for those that are expected. */
        void look() throws KernelException;

        /** Kills all of them, and waits a while until they have ended. Never throws. */
        void kill();

        @Override
        void close();
    }

    /** An address space to be served. */
    public record Served(int space, Fd faults, MissingPages missing) {}

    /**
     * Takes over everything that it is given, and begins.
     *
     * @param first what is to come first
     */
    public Pager(PageFile pages, List<Served> served, Watch watch, LazyMemory first) {
        this.pages = pages;
        this.watch = watch;
        for (Served one : served) {
            spaces.add(new PagedSpace(one.space(), UserfaultFd.of(one.faults(), arena), one.missing()));
        }
        wanted = new ArrayDeque<>(first.first());
        thread.start();
    }

    /**
     * Waits until all memory is there, or nobody is left who needs it.
     *
     * @return what the program has waited for, in this order
     * @throws IOException when the image was at fault, and the program has been killed
     */
    public List<LazyMemory.Touch> await() throws InterruptedException, IOException, KernelException {
        end.await();
        switch (failure) {
            case null -> {}
            case IOException io -> throw io;
            case KernelException kernel -> throw kernel;
            case Error error -> throw error;
            default -> throw new IllegalStateException(failure);
        }
        return List.copyOf(touched);
    }

    private void work() {
        try {
            MemorySegment messages = Native.pages(arena, (long) MESSAGES * UserfaultFd.MESSAGE);
            LoadedPieces pieces = new LoadedPieces(pages, arena);
            while (!isGivenUp && !isComplete) {
                step(messages, pieces);
                isComplete = dropFinished();
            }
        } catch (Throwable e) {
            failure = e;
        } finally {
            try {
                release();
            } finally {
                end.countDown();
            }
        }
    }

    // Whether none is left.
    private boolean dropFinished() {
        spaces.removeIf(space -> {
            if (space.isDone()) {
                space.close();
            }
            return space.isDone();
        });
        return spaces.isEmpty();
    }

    private void step(MemorySegment messages, LoadedPieces pieces) throws KernelException, IOException {
        hear(messages, 0);
        boolean hasCome = false;
        for (PagedSpace space : spaces) {
            hasCome |= space.serve(pieces::at);
        }
        if (!hasCome && !bringNext(pieces)) {
            hear(messages, MOMENT_MILLIS);
        }
        watch.look();
    }

    private void hear(MemorySegment messages, int millis) throws KernelException, IOException {
        boolean[] readable =
                Poll.areReadable(spaces.stream().map(PagedSpace::fd).toList(), millis);
        List<PagedSpace> born = new ArrayList<>();
        for (int i = 0; i < readable.length; i++) {
            if (readable[i]) {
                spaces.get(i).hear(messages, new Heard(born));
            }
        }
        spaces.addAll(born);
        watch.expect(born.size());
    }

    private final class Heard implements PagedSpace.Listener {
        private final List<PagedSpace> born;

        Heard(List<PagedSpace> born) {
            this.born = born;
        }

        @Override
        public void touched(int space, long page) {
            touched.add(new LazyMemory.Touch(space, page));
        }

        @Override
        public void born(PagedSpace child) {
            born.add(child);
        }

        @Override
        public void moved(long to, long bytes) throws KernelException {
            watch.moved(to, bytes);
        }
    }

    // A piece that nobody has asked for yet. Spaces take turns: those of processes that have ended are found by that.
    private boolean bringNext(LoadedPieces pieces) throws KernelException, IOException {
        for (LazyMemory.Touch next = wanted.poll(); next != null; next = wanted.poll()) {
            for (PagedSpace space : spaces) {
                if (space.space() == next.space() && space.bring(next.address(), pieces::at)) {
                    return true;
                }
            }
        }
        for (int i = 0; i < spaces.size(); i++) {
            nextSpace = (nextSpace + 1) % spaces.size();
            PagedSpace space = spaces.get(nextSpace);
            if (!space.isDone() && space.bring(space.missing().first().start(), pieces::at)) {
                return true;
            }
        }
        return false;
    }

    // Nobody may see zeros instead of what is missing: whoever is not dead then gets SIGBUS.
    private void release() {
        if (!isComplete) {
            watch.kill();
            spaces.forEach(PagedSpace::poison);
        }
        watch.close();
        spaces.forEach(PagedSpace::close);
        pages.close();
        arena.close();
    }

    /** Gives up what has not come; throws what was wrong with the image, which has ended the program. */
    public void requireGood() throws IOException {
        close();
        if (failure instanceof IOException io) {
            throw io;
        }
    }

    /** Gives up what has not come: then the program is killed. */
    @Override
    public void close() {
        isGivenUp = end.getCount() > 0;
        boolean isInterrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
