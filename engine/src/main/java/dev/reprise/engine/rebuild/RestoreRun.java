package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit;

import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.engine.pager.Pager;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.engine.tracee.SegmentSweep;
import dev.reprise.engine.tracee.Tracer;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.Twin;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.RemoteAddress;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Restores a program: the numbered sequence. Whatever fails before its end, nothing of the program is left. */
public final class RestoreRun {
    /** Room for the program that ends tasks whose tracer has died. */
    private static final long END_BYTES = 4096;

    private static final Program END_OF_HELPER = endOfHelper();

    private final Image image;
    private final ProcessState process;
    private final RestoreOptions options;
    private final Progress progress;
    private final Rights rights;
    private final @Nullable TwinFork twin;
    private final Birth birth;

    private RestoreRun(Image image, RestoreOptions options, Progress progress, Rights rights, @Nullable TwinFork twin) {
        this.image = image;
        this.process = image.processes().getFirst();
        this.options = options;
        this.progress = progress;
        this.rights = rights;
        this.twin = twin;
        birth = new Birth(process, options, rights, FirstSession.of(image, options), twin);
    }

    /**
     * A program that runs.
     *
     * @param pid its id, as we see it
     * @param child the child of ours whose end is its end: itself, or the first process of its pid namespace
     * @param pager who serves the memory that has not come yet; null when all is there
     */
    public record Running(int pid, int child, @Nullable Pager pager) {}

    /** Restores the program in an open image. It runs when this returns. */
    public static Running restore(PageSource source, RestoreOptions options, Progress progress) throws Exception {
        Rights rights = Rights.now();
        return Tracer.run(tracer -> {
            TwinFork twin = twin(tracer, source, options, rights);
            return new RestoreRun(source.image(), options, progress, rights, twin).run(tracer, source);
        });
    }

    private static @Nullable TwinFork twin(Tracer tracer, PageSource source, RestoreOptions options, Rights rights) {
        Twin holder = source instanceof PageSource.Streamed stream ? stream.twin() : null;
        TwinFork twin = holder == null ? null : TwinFork.of(tracer, source.image(), options, rights, holder);
        if (twin != null && source instanceof PageSource.Streamed stream) {
            stream.leaveOutTwin();
        }
        return twin;
    }

    private Running run(Tracer tracer, PageSource source) throws KernelException, IOException, RestoreException {
        // 1. plan: image in, programs out; what can be known before anything is started
        progress.phase("plan");
        SegmentSweep.run();
        boolean inUserNamespace = birth.inNamespace() && rights.needUserNamespace();
        if (!birth.inNamespace()) {
            rights.requireOwnIds();
        } else if (inUserNamespace) {
            rights.requireOwnedBy(image);
        }
        if (!inUserNamespace) {
            rights.requireCapabilitiesOf(image);
        }
        if (options.lazy().isPresent()) {
            rights.requirePageServing();
            requireInPlace(source);
        }
        RestorePlanner planner =
                new RestorePlanner(image, options, ClockRebuild.Here.now(), LocalVdso.ask(), inUserNamespace, twin);
        verifyFiles(planner.checks());
        if (birth.inNamespace()) {
            OldConnections.end(image);
            IpcChecks.require(image);
            return rebuild(tracer, planner, plan(planner, source), source);
        }
        Ids ids = new Ids(image, planner.family(), FirstSession.of(image, options));
        if (source instanceof PageSource.Streamed stream && !stream.canWait() && ids.mustWait()) {
            enter("wait");
            try (SpooledPages spooled = new SpooledPages(stream)) {
                return underOwnIds(tracer, planner, ids, spooled);
            }
        }
        return underOwnIds(tracer, planner, ids, source);
    }

    private static void requireInPlace(PageSource source) throws RestoreException {
        if (source instanceof PageSource.Streamed) {
            throw new RestoreException(new Reason.Incapable(
                    "memory that comes later must lie in a plain file: this image is a stream, held by twins, compressed, encrypted, to be"
                            + " verified by its signature, or for another mount namespace",
                    "restore without --lazy, or copy it into a plain file first"));
        }
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
            // only now has the original given up its own
            OldConnections.end(image);
            IpcChecks.require(image);
            try {
                return rebuild(tracer, planner, plan, source);
            } catch (KernelException failure) {
                boolean again = failure.call().equals("clone3") && failure.errno() == Errno.EEXIST;
                if (!again || System.nanoTime() - start > Ids.PATIENCE_NANOS) {
                    if (again) {
                        ids.requireNoMembers();
                    }
                    throw failure;
                }
            }
        }
    }

    private Running rebuild(Tracer tracer, RestorePlanner planner, RestorePlan plan, PageSource source)
            throws KernelException, IOException, RestoreException {
        long programs = plan.programBytes() + END_BYTES;
        int controls = plan.controls() + Birth.MORE_CONTROLS;
        try (Segment segment = SegmentBeside.create(tracer, image, controls, programs, plan.segmentAddress())) {
            // 2. the root, with its pid
            enter(twin == null ? "spawn" : "fork");
            try (FamilyGuard guard = FamilyGuard.of(segment, plan);
                    SeedForest forest = birth.of(tracer, segment, plan)) {
                forest.seizeRoot(SeccompRebuild.isNeeded(image));
                // 3. all others, with their ids; everything but the contents of memory
                enter("objects");
                planner.warnings(forest.bear()).forEach(progress::warning);
                forest.leaveParent();
                makeObjects(plan, forest);
                // from here on it goes with its last user, however we end
                segment.remove();
                return finish(planner, plan, forest, guard, source);
            }
        }
    }

    private Running finish(
            RestorePlanner planner, RestorePlan plan, SeedForest forest, FamilyGuard guard, PageSource source)
            throws KernelException, IOException, RestoreException {
        try (LazyStart lazy = lazyStart(plan, source)) {
            try {
                return finish(planner, plan, forest, guard, source, lazy);
            } catch (KernelException failure) {
                if (lazy != null) {
                    lazy.requireGood();
                }
                throw failure;
            }
        }
    }

    private Running finish(
            RestorePlanner planner,
            RestorePlan plan,
            SeedForest forest,
            FamilyGuard guard,
            PageSource source,
            @Nullable LazyStart lazy)
            throws KernelException, IOException, RestoreException {
        // 4. memory, and the proof that the image is whole
        enter("memory");
        loadMemory(planner, plan, forest, source, lazy);
        // 5. what only finished memory can have, then each thread's own
        enter("threads");
        finishTables(plan, forest, lazy);
        forest.endOthers();
        finishTasks(plan, forest);
        runLast(plan, forest);
        // 6. into the program's own code
        guard.watch(forest.processes().stream().map(SeedProcess::pid).toList());
        Releases releases = new Releases(forest, plan);
        releases.leaveSegment();
        if (!options.detached() && ControllingTerminal.isOurs()) {
            ControllingTerminal.giveTo(forest.root().pid());
        }
        releases.letGo();
        guard.commit();
        warnOfParents();
        return new Running(forest.root().pid(), forest.child(), lazy == null ? null : lazy.release());
    }

    private static void makeObjects(RestorePlan plan, SeedForest forest) throws KernelException {
        if (plan.family().size() == 1) {
            return; // done among the births
        }
        forest.join();
        submitAll(forest, plan, ProcessPlan::objects);
        forest.awaitJoined();
        awaitAll(forest);
    }

    private static void submitAll(SeedForest forest, RestorePlan plan, Function<ProcessPlan, Program> program) {
        for (int i = 0; i < plan.processes().size(); i++) {
            forest.processes().get(i).submit(0, program.apply(plan.processes().get(i)));
        }
    }

    private static void awaitAll(SeedForest forest) throws KernelException {
        for (SeedProcess seed : forest.processes()) {
            seed.await(0);
        }
    }

    private void runLast(RestorePlan plan, SeedForest forest) throws KernelException {
        submitAll(forest, plan, ProcessPlan::last);
        Set<String> warnings = new LinkedHashSet<>();
        for (int i = 0; i < plan.processes().size(); i++) {
            ProgramResults results = forest.processes().get(i).await(0);
            warnings.addAll(plan.processes().get(i).limits().warnings(results));
        }
        warnings.forEach(progress::warning);
        for (int i = 0; i < plan.processes().size(); i++) {
            // a helper on its way out still needs the segment
            if (plan.processes().get(i).helpers() > 0) {
                SeedProcess seed = forest.processes().get(i);
                seed.awaitTasks(plan.processes().get(i).process().tasks().size());
            }
        }
    }

    private void warnOfParents() {
        for (TaskState task : process.tasks()) { // the others have their own
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

    private RestorePlan plan(RestorePlanner planner, PageSource source) {
        int loaders = Runtime.getRuntime().availableProcessors();
        return switch (source) {
            case PageSource.InPlace file -> {
                LazySplit memory = options.lazy().isPresent()
                        ? LazySplit.of(image, file.batches())
                        : LazySplit.none(file.batches());
                yield planner.plan(file.path().toString(), memory, loaders);
            }
            case PageSource.Streamed _ -> planner.plan("", LazySplit.none(List.of()), 0);
        };
    }

    private @Nullable LazyStart lazyStart(RestorePlan plan, PageSource source) {
        return source instanceof PageSource.InPlace file && plan.memory().isLazy()
                ? new LazyStart(file.pages(), plan.memory(), options.lazy().orElseThrow())
                : null;
    }

    private void loadMemory(
            RestorePlanner planner, RestorePlan plan, SeedForest forest, PageSource source, @Nullable LazyStart lazy)
            throws KernelException, IOException {
        switch (source) {
            case PageSource.InPlace file -> {
                for (int i = 0; i < plan.processes().size(); i++) {
                    List<Program> loads = plan.processes().get(i).loads();
                    for (int task = 0; task < loads.size(); task++) {
                        forest.processes().get(i).submit(task, loads.get(task));
                    }
                }
                // beside the tasks that load
                if (lazy != null) {
                    lazy.verifyEager(progress);
                } else {
                    long total = image.pageBytes();
                    file.verify(done -> progress.bytes(done, total));
                }
                for (int i = 0; i < plan.processes().size(); i++) {
                    awaitLoaded(plan.processes().get(i), forest.processes().get(i));
                }
            }
            case PageSource.Streamed stream -> {
                LaneDelivery.all(stream, targets(planner, forest), progress, image.pageBytes());
            }
        }
        InheritedPages.copy(image, plan.forked(), planner, forest);
    }

    private static void awaitLoaded(ProcessPlan plan, SeedProcess seed) throws KernelException {
        for (int task = 0; task < plan.loads().size(); task++) {
            seed.await(task);
        }
        for (int i = 0; i < plan.helpers(); i++) {
            seed.submit(plan.process().tasks().size() + i, END_OF_HELPER);
        }
    }

    private static PageDelivery.Targets targets(RestorePlanner planner, SeedForest forest) {
        return new PageDelivery.Targets() {
            @Override
            public int pidOf(ObjectId object) {
                return forest.pidOf(planner.processOf(object).member());
            }

            @Override
            public RemoteAddress place(ObjectId object, long start) {
                return planner.processOf(object).memory().place(object, start);
            }
        };
    }

    private static Program endOfHelper() {
        ProgramBuilder p = new ProgramBuilder();
        p.attempt(SYS_exit, 0);
        return p.build();
    }

    // Those who share a table have opened files of their own in it until here.
    private static void finishTables(RestorePlan plan, SeedForest forest, @Nullable LazyStart lazy)
            throws KernelException {
        submitAll(forest, plan, process -> process.contents().program());
        for (int i = 0; i < plan.processes().size(); i++) {
            SeedProcess seed = forest.processes().get(i);
            ProgramResults results = seed.await(0);
            if (lazy != null) {
                lazy.registered(seed, plan.processes().get(i), results);
            }
        }
        if (lazy != null) {
            lazy.begin(forest);
        }
        submitAll(forest, plan, ProcessPlan::table);
        awaitAll(forest);
    }

    private void finishTasks(RestorePlan plan, SeedForest forest) throws KernelException {
        boolean filters = SeccompRebuild.isNeeded(image);
        for (int i = 0; i < plan.processes().size(); i++) {
            List<TaskState> tasks = plan.processes().get(i).process().tasks();
            forest.processes().get(i).seizeAll(tasks.subList(1, tasks.size()), forest.level());
            if (plan.processes().get(i).helpers() > 0 && filters) {
                // filters for all threads are for untraced ones, too
                forest.processes().get(i).awaitTasks(tasks.size());
            }
        }
        submitAll(forest, plan, ProcessPlan::attributes);
        awaitAll(forest);
        for (int i = 0; i < plan.processes().size(); i++) {
            List<Program> threads = plan.processes().get(i).threads();
            for (int thread = 0; thread < threads.size(); thread++) {
                forest.processes().get(i).submit(thread + 1, threads.get(thread));
            }
        }
        for (int i = 0; i < plan.processes().size(); i++) {
            for (int thread = 0; thread < plan.processes().get(i).threads().size(); thread++) {
                forest.processes().get(i).await(thread + 1);
            }
        }
    }
}
