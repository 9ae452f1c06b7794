package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit;

import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.engine.tracee.SegmentSweep;
import dev.reprise.engine.tracee.Tracer;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Vdso;
import java.io.IOException;
import java.util.List;

/** Restores a program: the numbered sequence. Whatever fails before its end, nothing of the program is left. */
public final class RestoreRun {
    /** Room for the program that ends tasks whose tracer has died. */
    private static final long END_BYTES = 4096;

    private static final Program END_OF_HELPER = endOfHelper();

    private final Image image;
    private final ProcessState process;
    private final RestoreOptions options;
    private final Progress progress;

    private RestoreRun(Image image, RestoreOptions options, Progress progress) {
        this.image = image;
        this.process = image.processes().getFirst();
        this.options = options;
        this.progress = progress;
    }

    /**
     * A program that runs.
     *
     * @param pid its id, as we see it
     * @param child the child of ours whose end is its end: itself, or the first process of its pid namespace
     */
    public record Running(int pid, int child) {}

    /** Restores the program in an open image. It runs when this returns. */
    public static Running restore(PageSource source, RestoreOptions options, Progress progress) throws Exception {
        RestoreRun run = new RestoreRun(source.image(), options, progress);
        return Tracer.run(tracer -> run.run(tracer, source));
    }

    private Running run(Tracer tracer, PageSource source) throws KernelException, IOException, RestoreException {
        // 1. plan: image in, programs out; what can be known before anything is started
        progress.phase("plan");
        SegmentSweep.run();
        RestorePlanner planner = new RestorePlanner(image, options, ClockRebuild.Here.now());
        verifyFiles(planner.checks());
        if (options.pidNamespace()) {
            IpcChecks.require(image);
            return rebuild(tracer, planner, plan(planner, source), source);
        }
        Ids ids = new Ids(image);
        if (source instanceof PageSource.Streamed stream && ids.mustWait()) {
            enter("wait");
            try (SpooledPages spooled = new SpooledPages(stream)) {
                return underOwnIds(tracer, planner, ids, spooled);
            }
        }
        return underOwnIds(tracer, planner, ids, source);
    }

    private void verifyFiles(List<FileCheck> checks) throws RestoreException {
        List<String> differences = FileVerification.differences(checks);
        if (!differences.isEmpty() && !options.force()) {
            throw new RestoreException(new Reason.FilesDiffer(differences));
        }
        differences.forEach(progress::warning);
    }

    // A task that has just ended is out of sight before its id is free: then it is tried again.
    private Running underOwnIds(Tracer tracer, RestorePlanner planner, Ids ids, PageSource source)
            throws KernelException, IOException, RestoreException {
        RestorePlan plan = plan(planner, source);
        long start = System.nanoTime();
        while (true) {
            ids.awaitFree(progress);
            IpcChecks.require(image);
            try {
                return rebuild(tracer, planner, plan, source);
            } catch (KernelException failure) {
                boolean again = failure.call().equals("clone3") && failure.errno() == Errno.EEXIST;
                if (!again || System.nanoTime() - start > Ids.PATIENCE_NANOS) {
                    throw failure;
                }
            }
        }
    }

    private Running rebuild(Tracer tracer, RestorePlanner planner, RestorePlan plan, PageSource source)
            throws KernelException, IOException, RestoreException {
        long programs = plan.programBytes() + END_BYTES;
        int controls = plan.controls() + 1;
        try (Segment segment = Segment.create(tracer, controls, programs, plan.segmentAddress())) {
            // 2. the process, with its pid
            enter("spawn");
            try (SeedProcess seed = new Birth(process, options).of(tracer, segment, plan)) {
                if (SeccompRebuild.isNeeded(image)) {
                    seed.suspendSeccomp();
                }
                seed.seize();
                // 3. everything but the contents of memory; threads, with their ids
                enter("objects");
                for (String warning : planner.cgroups().warnings(seed.run(0, plan.objects()))) {
                    progress.warning(warning);
                }
                seed.leaveParent();
                // from here on it goes with its last user, however we end
                segment.remove();
                // 4. memory, and the proof that the image is whole
                enter("memory");
                loadMemory(planner, plan, seed, source);
                // 5. what only finished memory can have, then each thread's own
                enter("threads");
                finishTasks(plan, seed);
                for (String warning : planner.limits().warnings(seed.run(0, plan.last()))) {
                    progress.warning(warning);
                }
                // 6. into the program's own code; a helper on its way out still needs the segment
                if (plan.helpers() > 0) {
                    seed.awaitTasks(process.tasks().size());
                }
                Release release = new Release(seed, process, syscallInstruction());
                release.leaveSegment();
                release.load();
                if (!options.detached() && ControllingTerminal.isOurs()) {
                    ControllingTerminal.giveTo(seed.pid());
                }
                release.letGo();
                warnOfParents();
                return new Running(seed.pid(), seed.child());
            }
        }
    }

    private void warnOfParents() {
        for (TaskState task : process.tasks()) {
            if (task.parentDeathSignal() != 0) {
                progress.warning("signal " + task.parentDeathSignal()
                        + " at its parent's death is for a new parent now: the original one is not there");
                return;
            }
        }
    }

    private void enter(String phase) throws RestoreException {
        if (progress.isCancelled()) {
            throw new RestoreException(new Reason.Cancelled());
        }
        progress.phase(phase);
    }

    private static RestorePlan plan(RestorePlanner planner, PageSource source) {
        int loaders = Runtime.getRuntime().availableProcessors();
        return switch (source) {
            case PageSource.InPlace file -> planner.plan(file.path().toString(), file.batches(), loaders);
            case PageSource.Streamed _ -> planner.plan("", List.of(), 0);
        };
    }

    private void loadMemory(RestorePlanner planner, RestorePlan plan, SeedProcess seed, PageSource source)
            throws KernelException, IOException {
        switch (source) {
            case PageSource.InPlace file -> {
                for (int i = 0; i < plan.loads().size(); i++) {
                    seed.submit(i, plan.loads().get(i));
                }
                // beside the tasks that load
                file.verify();
                for (int i = 0; i < plan.loads().size(); i++) {
                    seed.await(i);
                }
                for (int i = 0; i < plan.helpers(); i++) {
                    seed.submit(process.tasks().size() + i, END_OF_HELPER);
                }
            }
            case PageSource.Streamed stream -> {
                try (PageDelivery delivery = new PageDelivery(planner.memory(), seed.pid())) {
                    delivery.all(stream);
                }
            }
        }
    }

    private static Program endOfHelper() {
        ProgramBuilder p = new ProgramBuilder();
        p.attempt(SYS_exit, 0);
        return p.build();
    }

    private void finishTasks(RestorePlan plan, SeedProcess seed) throws KernelException {
        List<TaskState> others = process.tasks().subList(1, process.tasks().size());
        seed.seizeAll(others, options.pidNamespace());
        if (plan.helpers() > 0 && SeccompRebuild.isNeeded(image)) {
            seed.awaitTasks(process.tasks().size()); // filters for all threads are for untraced ones, too
        }
        seed.run(0, plan.attributes());
        for (int i = 0; i < others.size(); i++) {
            seed.submit(i + 1, plan.threads().get(i));
        }
        for (int i = 0; i < others.size(); i++) {
            seed.await(i + 1);
        }
    }

    // All processes of one kernel have the same vdso, wherever it lies.
    private long syscallInstruction() throws KernelException {
        for (Vma vma : image.object(process.addressSpace(), AddressSpace.class).vmas()) {
            if (vma.backing() instanceof Backing.Kernel(String name) && name.equals("[vdso]")) {
                return vma.start() + Vdso.syscallInstruction();
            }
        }
        throw new IllegalStateException("an image without vdso");
    }
}
