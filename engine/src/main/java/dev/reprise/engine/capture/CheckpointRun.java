package dev.reprise.engine.capture;

import dev.reprise.engine.model.After;
import dev.reprise.engine.model.CheckpointStats;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.tracee.Freeze;
import dev.reprise.engine.tracee.RestartedSleeps;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.engine.tracee.Takeover;
import dev.reprise.engine.tracee.Tracee;
import dev.reprise.engine.tracee.Tracer;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.ProcessState;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Vdso;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One checkpoint of one process, stop-and-copy, in the order of DESIGN.md ("Capture, in order").
 *
 * <p>Whatever goes wrong after the freeze has begun, the process is taken home and thawed before the exception leaves.
 */
public final class CheckpointRun {
    private final int pid;
    private final PageSink sink;
    private final After after;
    private final Progress progress;
    private final long started = System.nanoTime();
    private long freezeStarted;
    private long freezeEnded;
    private long thawed;

    private CheckpointRun(int pid, PageSink sink, After after, Progress progress) {
        this.pid = pid;
        this.sink = sink;
        this.after = after;
        this.progress = progress;
    }

    /**
     * Checkpoints a process that a look has found savable. The sink is finished, or told to fail; closing it is the
     * caller's.
     *
     * @throws CannotCapture what has come up since the look
     * @throws CancelledException when {@code progress} said so
     */
    public static CheckpointStats run(int pid, PageSink sink, After after, Progress progress) throws Exception {
        CheckpointRun run = new CheckpointRun(pid, sink, after, progress);
        return Tracer.run(run::onTracer);
    }

    private CheckpointStats onTracer(Tracer tracer) throws Exception {
        Before before = new Before(
                new SchedulingCapture(), Bytes.of(Vdso.digest()), RestartedSleeps.of(pid), new CgroupCapture(pid));
        Freeze freeze = new Freeze(tracer, pid);
        try (DescriptorCapture descriptors = new DescriptorCapture(pid);
                AddressSpaceCapture addressSpaces = new AddressSpaceCapture(pid)) {
            descriptors.lookAround();
            progress.phase("freeze");
            freezeStarted = System.nanoTime();
            freeze.freeze();
            freezeEnded = System.nanoTime();
            requireNothing(TracedLook.look(freeze.tracees()));
            SeccompCapture seccomp = SeccompCapture.of(freeze);
            requireNothing(SeccompLook.look(seccomp));
            Saved saved;
            Takeover takeover = Takeover.prepare(tracer, freeze, pid);
            try {
                saved = save(before, freeze, seccomp, takeover, descriptors, addressSpaces);
            } finally {
                takeover.leave();
                takeover.close();
            }
            settle(freeze);
            return stats(saved);
        } finally {
            freeze.thaw();
        }
    }

    /** What the figures need of an image. */
    private record Saved(Image image, int threads) {}

    /** What is found out before the freeze, because it needs no freeze or cannot be seen in it. */
    private record Before(SchedulingCapture scheduling, Bytes vdso, RestartedSleeps restarted, CgroupCapture cgroups) {}

    private Saved save(
            Before before,
            Freeze freeze,
            SeccompCapture seccomp,
            Takeover takeover,
            DescriptorCapture descriptors,
            AddressSpaceCapture addressSpaces)
            throws KernelException, CannotCapture, IOException, CancelledException {
        requireWanted();
        progress.phase("state");
        FrozenProcess frozen = FrozenProcess.ask(pid, freeze, takeover);
        requireNothingUnsupported(freeze, frozen);
        Segment segment = takeover.segment();
        PageRun ours = new PageRun(segment.address().value(), segment.size() / PageRun.PAGE_SIZE);
        ObjectTable objects = new ObjectTable();
        AddressSpace space = addressSpaces.take(objects, frozen.addressSpace(), ours);
        FdTable table = descriptors.take(objects);
        new IpcCapture(Set.of(pid), objects).take(frozen.process().modes().undos());
        ProcessState process = ProcessCapture.take(
                pid,
                frozen.process(),
                objects,
                space.id(),
                table.id(),
                frozen.sharedPendingSignals(),
                freeze.wasStopped(),
                frozen.tasks(before.scheduling, before.restarted, before.cgroups, seccomp, objects));
        Image image = new Image(
                MachineCapture.take(pid, freeze.leader().xstate(), before.vdso), objects.objects(), List.of(process));
        sink.state(image);
        requireWanted();
        progress.phase("memory");
        List<MemoryFile> files = new ArrayList<>(addressSpaces.memoryFiles());
        files.addAll(descriptors.memoryFiles());
        new PageOutput(pid, takeover, sink).write(space, files);
        return new Saved(image, freeze.tracees().size());
    }

    private void requireNothingUnsupported(Freeze freeze, FrozenProcess frozen) throws CannotCapture, KernelException {
        List<Refusal> refusals = new ArrayList<>(ProcessCapture.refusals(pid, frozen.process()));
        refusals.addAll(ProcessLook.frozen(
                pid,
                freeze.tracees().stream().map(Tracee::tid).toList(),
                frozen.process().mayHaveChildren()));
        freeze.tracees().forEach(tracee -> refusals.addAll(ThreadProbe.refusals(tracee.tid(), frozen.of(tracee))));
        requireNothing(refusals);
    }

    private static void requireNothing(List<Refusal> refusals) throws CannotCapture {
        if (!refusals.isEmpty()) {
            throw new CannotCapture(refusals);
        }
    }

    private void requireWanted() throws CancelledException {
        if (progress.isCancelled()) {
            throw new CancelledException();
        }
    }

    // A program that runs on does so before the image is sealed; one that is not to run on waits frozen for the seal:
    // should that fail, it goes on as if nothing had happened.
    private void settle(Freeze freeze) throws IOException, KernelException, CancelledException {
        if (after == After.RUN_ON) {
            freeze.thaw();
            thawed = System.nanoTime();
            progress.phase("seal");
            sink.finish();
            return;
        }
        requireWanted();
        progress.phase("seal");
        sink.finish();
        if (after == After.KILL) {
            freeze.kill();
        } else {
            freeze.stopForGood();
        }
        thawed = System.nanoTime();
    }

    private CheckpointStats stats(Saved saved) {
        long pages = 0;
        for (var object : saved.image.objects()) {
            if (object instanceof AddressSpace space) {
                pages += pages(space.runs());
            } else if (object instanceof dev.reprise.image.state.MemoryObject memory) {
                pages += pages(memory.runs());
            }
        }
        return new CheckpointStats(
                System.nanoTime() - started,
                freezeEnded - freezeStarted,
                thawed - freezeStarted,
                pages,
                pages * PageRun.PAGE_SIZE,
                sink.bytesWritten(),
                saved.image.processes().size(),
                saved.threads);
    }

    private static long pages(List<PageRun> runs) {
        long pages = 0;
        for (PageRun run : runs) {
            pages += run.pages();
        }
        return pages;
    }
}
