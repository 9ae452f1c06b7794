package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.LazyMemory;
import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageFile;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.pager.Pager;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Step;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.PidFd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a restore whose memory comes later: what comes before is checked; from the registration of the rest on a
 * {@link Pager} serves it. Closed before {@link #release} it gives up everything.
 */
final class LazyStart implements AutoCloseable {
    private final PageFile pages;
    private final LazySplit memory;
    private final LazyMemory wanted;
    private final List<Pager.Served> served = new ArrayList<>();
    private @Nullable Pager pager;
    private boolean isPagersOwn;

    LazyStart(PageFile pages, LazySplit memory, LazyMemory wanted) {
        this.pages = pages;
        this.memory = memory;
        this.wanted = wanted;
    }

    /** Checks the pieces of the image that hold what comes before the program runs. */
    void verifyEager(Progress progress) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(PageFile.PIECE);
        PageFile.Piece last = new PageFile.Piece(0, 0);
        long total = memory.eager().stream().mapToLong(PageBatch::bytes).sum();
        long done = 0;
        for (PageBatch batch : memory.eager()) {
            long end = batch.position() + batch.bytes();
            for (long at = batch.position(); at < end; at = last.end()) {
                if (!last.has(at)) {
                    last = pages.read(at, buffer);
                }
            }
            done += batch.bytes();
            progress.bytes(done, total);
        }
    }

    /** A process has registered its memory: {@code results} of the program of its contents. */
    void registered(SeedProcess seed, ProcessPlan plan, ProgramResults results) throws KernelException {
        Step faults = plan.contents().faults();
        if (faults != null) {
            var space = plan.process().addressSpace();
            LazySplit.Later later = Objects.requireNonNull(memory.lazy().get(space));
            try (PidFd process = PidFd.open(seed.pid())) {
                Fd copy = process.copy((int) results.result(faults));
                served.add(new Pager.Served(space.value(), copy, later.missing()));
            }
        }
    }

    /** Begins to serve: all have registered. */
    void begin(SeedForest forest) throws KernelException {
        LazyGuard guard = LazyGuard.of(
                forest.processes().stream().map(SeedProcess::pid).toList(),
                memory.lazy().values().stream()
                        .flatMap(later -> later.ranges().stream())
                        .toList());
        isPagersOwn = true;
        pager = new Pager(pages, served, guard, wanted);
    }

    /** When something else has failed: throws what was wrong with the image, which has ended the program. */
    void requireGood() throws IOException {
        if (pager != null) {
            pager.requireGood();
        }
    }

    /** The pager is the caller's now. */
    @Nullable
    Pager release() {
        Pager released = pager;
        pager = null;
        return released;
    }

    @Override
    public void close() {
        if (pager != null) {
            pager.close();
        }
        if (!isPagersOwn) {
            served.forEach(one -> one.faults().close());
            pages.close();
        }
    }
}
