package dev.reprise.engine.capture;

import dev.reprise.engine.model.After;
import dev.reprise.engine.model.Bounds;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.CheckpointStats;
import dev.reprise.engine.model.CopyOnWrite;
import dev.reprise.engine.model.OutsideLinks;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.model.Target;
import dev.reprise.engine.tracee.ForestFreeze;
import dev.reprise.engine.tracee.ForestTakeover;
import dev.reprise.engine.tracee.Freeze;
import dev.reprise.engine.tracee.Takeover;
import dev.reprise.engine.tracee.Tracee;
import dev.reprise.engine.tracee.Tracer;
import dev.reprise.engine.tracee.UnstoppableException;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.TaskDiedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * One checkpoint of a set of processes, in the order of DESIGN.md ("Capture, in order").
 *
 * <p>Whatever goes wrong after the freeze has begun, all processes are taken home and thawed before the exception leaves.
 */
public final class CheckpointRun {
    private final Target target;
    private final PageSink sink;
    private final After after;
    private final CopyOnWrite copyOnWrite;
    private final Bounds bounds;
    private final PauseWatch pause;
    private final OutsideLinks links;
    private final Progress progress;
    private final long started = System.nanoTime();
    private long freezeStarted;
    private long freezeEnded;
    private long thawed;
    private long copiedBytes;
    private long heldBytes;

    private CheckpointRun(Target target, PageSink sink, CheckpointOptions options, Progress progress) {
        this.target = target;
        this.sink = sink;
        this.after = options.after();
        this.copyOnWrite = after == After.RUN_ON || options.copyOnWrite() == CopyOnWrite.KEPT
                ? options.copyOnWrite()
                : CopyOnWrite.NEVER;
        this.bounds = after == After.RUN_ON ? options.bounds() : Bounds.NONE;
        this.pause = new PauseWatch(bounds.maxPauseNanos(), progress);
        this.links = options.links();
        this.progress = progress;
    }

    /**
     * Checkpoints processes that a look has found savable. The sink is finished, or told to fail; closing it is the
     * caller's.
     *
     * @throws CannotCapture what has come up since the look
     * @throws CancelledException when {@code progress} said so
     */
    public static CheckpointStats run(Target target, PageSink sink, CheckpointOptions options, Progress progress)
            throws Exception {
        CheckpointRun run = new CheckpointRun(target, sink, options, progress);
        return Tracer.run(run::onTracer);
    }

    private CheckpointStats onTracer(Tracer tracer) throws Exception {
        ProcessSet looked = ProcessSet.of(target);
        ForestCapture.Before before = ForestCapture.Before.of(looked);
        ForestFreeze freeze =
                new ForestFreeze(tracer, () -> ProcessSet.of(target).pids());
        try (DescriptorCapture descriptors = new DescriptorCapture(looked, links);
                AddressSpaces spaces = new AddressSpaces(new HashMap<>())) {
            MemoryCopies copies = new MemoryCopies(copyOnWrite, bounds);
            descriptors.lookAround();
            progress.phase("freeze");
            freezeStarted = System.nanoTime();
            pause.begin("freeze");
            freeze(freeze);
            ProcessSet set = ProcessSet.of(target);
            freezeEnded = System.nanoTime();
            pause.next("state");
            List<Refusal> refusals = new ArrayList<>(ProcessLook.strangers(set));
            refusals.addAll(TracedLook.look(freeze.tracees()));
            requireNothing(refusals);
            SeccompCapture seccomp = SeccompCapture.of(freeze.processes());
            requireNothing(SeccompLook.look(seccomp));
            SetSharing sharing = SetSharing.of(set.members());
            requireNothing(namespaces(set, sharing));
            ForestTakeover takeover = ForestTakeover.prepare(tracer, spaces(freeze, sharing));
            try {
                Saved saved;
                try {
                    FrozenSet frozen = new FrozenSet(set, sharing, seccomp, freeze, takeover);
                    saved = save(before, frozen, descriptors, spaces, copies);
                } finally {
                    takeover.leave();
                }
                settle(saved, freeze, descriptors, copies);
                return stats(saved);
            } finally {
                copies.close(); // as long as they would notice our death
                takeover.close();
            }
        } finally {
            freeze.thaw();
        }
    }

    /** What the figures need of an image. */
    private record Saved(Image image, PageCount count, int threads) {}

    /** The set as it stands. */
    private record FrozenSet(
            ProcessSet set, SetSharing sharing, SeccompCapture seccomp, ForestFreeze freeze, ForestTakeover takeover) {}

    private static List<Refusal> namespaces(ProcessSet set, SetSharing sharing) throws KernelException {
        List<Refusal> refusals = new ArrayList<>(OwnNamespaces.look(set, "uts"));
        refusals.addAll(OwnNamespaces.look(set, "ipc"));
        refusals.addAll(IpcNamespaceLook.of(set, sharing.memory(), true));
        return refusals;
    }

    private void freeze(ForestFreeze freeze) throws KernelException, CannotCapture {
        try {
            freeze.freeze();
        } catch (UnstoppableException waiting) {
            throw new CannotCapture(List.of(new Refusal(
                    waiting.waitsForChild() ? "vfork" : "uninterruptible sleep",
                    "task " + waiting.tid(),
                    waiting.waitsForChild()
                            ? "it waits for its child, which for two seconds has neither called exec nor ended"
                            : "for two seconds it could not be stopped (state D: slow storage, or a frozen control group)",
                    "try again later")));
        }
        if (freeze.processes().isEmpty()) {
            throw new TaskDiedException("freeze", pidOf(target));
        }
    }

    private static int pidOf(Target target) {
        return switch (target) {
            case Target.Tree tree -> tree.pid();
            case Target.Only only -> only.pid();
            case Target.PidNamespaceOf namespace -> namespace.pid();
            case Target.Cgroup _ -> 0;
        };
    }

    private static List<List<Freeze>> spaces(ForestFreeze freeze, SetSharing sharing) {
        List<List<Freeze>> spaces = new ArrayList<>();
        for (List<Member> sharers : sharing.memory().groups()) {
            spaces.add(
                    sharers.stream().map(member -> freeze.process(member.pid())).toList());
        }
        return spaces;
    }

    private Saved save(
            ForestCapture.Before before,
            FrozenSet frozen,
            DescriptorCapture descriptors,
            AddressSpaces spaces,
            MemoryCopies copies)
            throws KernelException, CannotCapture, IOException, CancelledException {
        requireWanted();
        progress.phase("state");
        List<FrozenProcess> processes = FrozenProcess.ask(frozen.set.members(), frozen.freeze, frozen.takeover);
        requireNothingUnsupported(frozen.set, processes);
        Image image = new ForestCapture(frozen.set, frozen.sharing, frozen.takeover, processes)
                .take(before, frozen.seccomp, spaces, descriptors);
        boolean copied = copies.areInvisibleTo(processes);
        List<AddressSpaces.Taken> uncopied = new ArrayList<>(spaces.all());
        if (copies.isKept()) { // the state says who holds what
            for (AddressSpaces.Taken one : spaces.all()) {
                if (copies.take(
                        one.space(), image, frozen.takeover.of(one.member().pid()))) {
                    uncopied.remove(one);
                }
            }
        }
        sink.state(copies.namedIn(image));
        requireWanted();
        progress.phase("memory");
        pause.next("memory");
        PageCount count = new PageCount(progress, image);
        Pace pace = count.over(pause);
        for (AddressSpaces.Taken one : uncopied) {
            Member member = one.member();
            Takeover takeover = frozen.takeover.of(member.pid());
            if (copies.isKept() || !copied || !copies.take(one.space(), image, takeover)) {
                new PageOutput(member.tid(), takeover, sink, pace).write(one.space());
            }
        }
        List<MemoryFile> files = new ArrayList<>(spaces.memoryFiles());
        files.addAll(descriptors.memoryFiles());
        PageOutput.write(files, sink, pace);
        pause.next("departure");
        return new Saved(image, count, frozen.freeze.tracees().size());
    }

    private static void requireNothingUnsupported(ProcessSet set, List<FrozenProcess> processes)
            throws CannotCapture, KernelException {
        Set<Integer> parents = set.parents();
        List<Refusal> refusals = new ArrayList<>();
        for (List<Refusal> its : Readers.all(processes, frozen -> refusals(frozen, parents))) {
            refusals.addAll(Objects.requireNonNull(its));
        }
        requireNothing(refusals);
    }

    private static List<Refusal> refusals(FrozenProcess frozen, Set<Integer> parents) throws KernelException {
        Member member = frozen.member();
        List<Tracee> tracees = frozen.freeze().tracees();
        List<Refusal> refusals = new ArrayList<>(ProcessCapture.refusals(member.pid(), frozen.process()));
        refusals.addAll(ProcessLook.frozen(
                member,
                tracees.stream().map(Tracee::tid).toList(),
                frozen.process().mayHaveChildren(),
                parents.contains(member.pid())));
        for (Tracee tracee : tracees) {
            refusals.addAll(ThreadProbe.refusals(tracee.tid(), frozen.of(tracee)));
        }
        return refusals;
    }

    private static void requireNothing(List<Refusal> refusals) throws CannotCapture {
        if (!refusals.isEmpty()) {
            throw new CannotCapture(refusals);
        }
    }

    private void requireWanted() throws CancelledException {
        PauseWatch.requireWanted(progress);
    }

    // A program that runs on does so before the image is sealed; one that is not to run on waits frozen for the seal:
    // should that fail, it goes on as if nothing had happened.
    private void settle(Saved saved, ForestFreeze freeze, DescriptorCapture descriptors, MemoryCopies copies)
            throws IOException, KernelException, CancelledException {
        if (after == After.RUN_ON) {
            freeze.thaw();
            thawed = System.nanoTime();
            if (!copies.isKept()) {
                progress.phase("copies");
                copiedBytes = copies.write(sink, progress, saved.count);
            }
            seal(copies);
            return;
        }
        seal(copies);
        if (after == After.KILL) {
            freeze.kill(descriptors::forgetConnections);
        } else {
            freeze.stopForGood();
        }
        thawed = System.nanoTime();
    }

    // All that an image in which others hold memory is to have stands in it before they are let go, and before it has
    // its name: whatever we leave when we die in between is put right by whoever comes next (MemoryStore).
    private void seal(MemoryCopies copies) throws IOException, CancelledException {
        requireWanted();
        progress.phase("seal");
        if (copies.isKept() && sink instanceof PageSink.InPlace file) {
            heldBytes = copies.bytes();
            file.seal();
            copies.keep();
            sink.finish();
            copies.letGo();
        } else {
            sink.finish();
        }
    }

    private CheckpointStats stats(Saved saved) {
        long bytes = saved.image.pageBytes();
        return new CheckpointStats(
                System.nanoTime() - started,
                freezeEnded - freezeStarted,
                thawed - freezeStarted,
                bytes / PageRun.PAGE_SIZE,
                bytes - heldBytes,
                sink.bytesWritten(),
                copiedBytes,
                sink.pagesRepeated(),
                saved.image.processes().size(),
                saved.threads);
    }
}
