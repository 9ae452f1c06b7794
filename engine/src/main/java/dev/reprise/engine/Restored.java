package dev.reprise.engine;

import dev.reprise.engine.model.LazyMemory;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreStats;
import dev.reprise.engine.pager.Pager;
import dev.reprise.engine.rebuild.Foreground;
import dev.reprise.engine.rebuild.RestoreRun;
import dev.reprise.engine.transport.ReadFailure;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.SharedObject;
import dev.reprise.kernel.KernelException;
import java.io.IOException;
import java.util.List;

/** A program as RestoreRun has restored it. */
final class Restored implements RestoredProcess {
    private final RestoreRun.Running running;
    private final RestoreStats stats;

    Restored(RestoreRun.Running running, Image image, long nanos) {
        this.running = running;
        int threads = image.processes().stream()
                .mapToInt(process -> process.tasks().size())
                .sum();
        this.stats = new RestoreStats(
                nanos, nanos, pages(image), 0, image.processes().size(), threads);
    }

    private static long pages(Image image) {
        long pages = 0;
        for (SharedObject object : image.objects()) {
            if (object instanceof AddressSpace space) {
                pages += pages(space.runs());
            } else if (object instanceof MemoryObject memory) {
                pages += pages(memory.runs());
            }
        }
        return pages;
    }

    private static long pages(List<PageRun> runs) {
        return runs.stream().mapToLong(PageRun::pages).sum();
    }

    @Override
    public int pid() {
        return running.pid();
    }

    @Override
    public RestoreStats stats() {
        return stats;
    }

    @Override
    public List<LazyMemory.Touch> awaitMemory() throws RestoreException, InterruptedException {
        Pager pager = running.pager();
        if (pager == null) {
            return List.of();
        }
        try {
            return pager.await();
        } catch (IOException failure) {
            throw new RestoreException(ReadFailure.reason(failure), failure);
        } catch (KernelException failure) {
            throw new RestoreException(Reasons.ofKernel(failure), failure);
        }
    }

    @Override
    public int waitFor() throws RestoreException {
        try (Foreground foreground = new Foreground(running)) {
            return foreground.waitFor();
        } catch (KernelException failure) {
            throw new RestoreException(new Reason.Io(String.valueOf(failure.getMessage()), ""), failure);
        }
    }
}
