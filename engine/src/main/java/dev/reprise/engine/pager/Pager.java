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
    private final List<PagedSpace> spaces;
    private final Deque<LazyMemory.Touch> wanted;
    private final Set<LazyMemory.Touch> touched = new LinkedHashSet<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final Thread thread = new Thread(this::work, "pager");
    private volatile boolean isGivenUp;
    private @Nullable Exception failure;

    /** Who sees to it that no process outlives its pager without its memory. */
    public interface Watch extends AutoCloseable {
        /** A process has been born whose memory is served, too. */
        void look();

        /** Kills all of them. */
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
        spaces = new ArrayList<>(served.stream()
                .map(one -> new PagedSpace(one.space(), new UserfaultFd(one.faults()), one.missing()))
                .toList());
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
            default -> throw new IllegalStateException(failure);
        }
        return List.copyOf(touched);
    }

    private void work() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment messages = Native.pages(arena, (long) MESSAGES * UserfaultFd.MESSAGE);
            LoadedPieces pieces = new LoadedPieces(pages, arena);
            while (!isGivenUp && !dropFinished()) {
                step(messages, pieces);
            }
        } catch (IOException | KernelException | RuntimeException e) {
            failure = e;
            watch.kill();
        } finally {
            release();
            end.countDown();
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
        if (!hear(messages, pieces, 0) && !bringNext(pieces)) {
            hear(messages, pieces, MOMENT_MILLIS);
        }
    }

    private boolean hear(MemorySegment messages, LoadedPieces pieces, int millis) throws KernelException, IOException {
        boolean[] readable =
                Poll.areReadable(spaces.stream().map(PagedSpace::fd).toList(), millis);
        List<PagedSpace> born = new ArrayList<>();
        boolean hasHeard = false;
        for (int i = 0; i < readable.length; i++) {
            if (readable[i]) {
                PagedSpace space = spaces.get(i);
                space.hear(
                        messages,
                        pieces::at,
                        address -> touched.add(new LazyMemory.Touch(space.space(), MissingPages.pageOf(address))),
                        born::add);
                hasHeard = true;
            }
        }
        spaces.addAll(born);
        if (!born.isEmpty()) {
            watch.look();
        }
        return hasHeard;
    }

    // A piece that nobody has asked for yet.
    private boolean bringNext(LoadedPieces pieces) throws KernelException, IOException {
        for (LazyMemory.Touch next = wanted.poll(); next != null; next = wanted.poll()) {
            for (PagedSpace space : spaces) {
                if (space.space() == next.space() && space.bring(next.address(), pieces::at)) {
                    return true;
                }
            }
        }
        for (PagedSpace space : spaces) {
            if (!space.isDone() && space.bring(space.missing().first().start(), pieces::at)) {
                return true;
            }
        }
        return false;
    }

    private void release() {
        // First: when these are closed, what is missing is zero.
        if (failure == null && !isGivenUp) {
            spaces.forEach(PagedSpace::close);
            watch.close();
        } else {
            watch.kill();
            watch.close();
            spaces.forEach(PagedSpace::close);
        }
        pages.close();
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
