package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_arch_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_capset;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchown;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getpid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioprio_set;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigprocmask;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigreturn;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sched_setaffinity;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sched_setattr;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setfsgid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setfsuid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setgroups;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setitimer;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setpriority;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setresgid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setresuid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsid;

import dev.reprise.engine.model.ExecutableOptions;
import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.StandardStreams;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.rebuild.FdTableRebuild.DescriptorOptions;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FsContext;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.SignalHandlers;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Prctl;
import dev.reprise.kernel.PrctlMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The other back end of the restore compiler: an image into one program that its process runs on itself, without a
 * tracer, in the order of {@link RestorePlanner}.
 *
 * <p>What is different: ids are new and told to whoever remembers the old ones; threads wait for each other at gates;
 * each leaves by rt_sigreturn; what would take a privilege that the caller has not is done without; a step that fails
 * says so and ends it all.
 */
final class ExecutablePlanner {
    private static final String SELF = "/proc/self/exe";
    private static final int SIG_SETMASK = 2;
    private static final int SIGSTOP = 19;
    private static final int INTERVAL_TIMERS = 3;
    private static final long HELPER_WORTH = 4L << 20;
    private static final int MOST_LOADERS = 4;
    /** Room for the page with the ELF header, unmapped later; and for the region. */
    private static final long HEAD_ROOM = 2L << 20;

    private static final long REGION_ROOM = 1L << 30;

    /** A runner without these privileges does without: the program has its runner's credentials and priorities then. */
    private static final Set<Integer> RUNNERS_OWN = Set.of(
            SYS_setgroups,
            SYS_setresgid,
            SYS_setresuid,
            SYS_setfsgid,
            SYS_setfsuid,
            SYS_capset,
            SYS_fchown,
            SYS_setpriority,
            SYS_ioprio_set,
            SYS_sched_setaffinity,
            SYS_sched_setattr);

    /** What nohup and shells without job control ignore for their commands; a JVM leaves them alone then. */
    private static final Set<Integer> IGNORED_BY_CALLERS = Set.of(1, 2, 15);

    private final ProgramBuilder p = new ProgramBuilder(RUNNERS_OWN);
    private final Image image;
    private final boolean mapped;
    private final ProcessState process;
    private final AddressSpace space;
    private final long head;
    private final PageRun region;
    private final Invocation invocation;
    private final AddressSpaceRebuild memory;
    private final Temporaries temporaries;
    private final MemoryFiles memoryFiles;
    private final FdTableRebuild descriptors;
    private final ThreadGates gates = new ThreadGates(p);
    private final FailureReport report;
    private final List<Leaving> leavings = new ArrayList<>();
    private final Slot regionBytes = p.longs(0);
    private final Slot attributesGate = gates.gate();
    private final Slot leavingGate = gates.gate();
    private final List<Slot> ready = new ArrayList<>();
    private final @Nullable Successor successor;
    private final Label failure;

    /** {@code path} is the executable's. */
    ExecutablePlanner(Image image, String path, ExecutableOptions options) throws RestoreException {
        this.image = image;
        mapped = options.mapped();
        process = image.processes().getFirst();
        space = image.object(process.addressSpace(), AddressSpace.class);
        Holes holes = new Holes(space.vmas(), List.of());
        head = holes.take(HEAD_ROOM + REGION_ROOM);
        region = new PageRun(head + HEAD_ROOM, REGION_ROOM / PageRun.PAGE_SIZE);
        invocation = new Invocation(region.start() + REGION_ROOM / 2);
        FdTable table = image.object(process.fdTable(), FdTable.class);
        temporaries = new Temporaries(FdTableRebuild.above(table), List.of());
        MemoryFiles.Numbers numbers = MemoryFiles.Numbers.from(image, temporaries.above());
        Makers makers = new Makers(
                Inheritance.none(image),
                FamilyPlanner.of(image, FirstSession.NONE),
                Map.of(process.pid(), process),
                numbers.end());
        memory = new AddressSpaceRebuild(
                image,
                space,
                region,
                makers.memoryShare(process, CommonMemory.of(makers.commonMemory(), holes))
                        .ofAnyone(),
                null);
        memoryFiles = new MemoryFiles(image, numbers, makers.filesMadeBy(table.id()));
        descriptors = new FdTableRebuild(
                image,
                table,
                makers.share(table),
                new DescriptorOptions(temporaries.streams(), makers.end(), false, false));
        report = new FailureReport(p, "reprise: ");
        successor =
                options.tool().map(tool -> new Successor(path, tool.toString())).orElse(null);
        failure = successor == null ? report.start() : p.label();
    }

    /** What has been compiled, for {@link ExecutableRegion}. */
    record Plan(
            Program program,
            long head,
            long region,
            Slot regionBytes,
            long answer,
            FailureReport report,
            Label failure,
            List<Leaving> leavings) {
        Plan {
            leavings = List.copyOf(leavings);
        }
    }

    /**
     * Compiles it; {@code batches} say where the contents are in the executable's file; {@code sameProcessor}: the image's
     * own is the one here.
     */
    Plan plan(List<PageBatch> batches, List<OwnerWord> owners, LocalProcessor here, boolean sameProcessor)
            throws KernelException {
        begin();
        prove(here, sameProcessor);
        objects();
        contents(batches);
        List<Label> starts = attributes();
        last(owners, here);
        for (int i = 0; i < starts.size(); i++) {
            p.place(starts.get(i));
            thread(others().get(i), ready.get(i), here);
        }
        report.add(p, ExecutableRegion.stoppedAt(region.start()), ExecutableRegion.program(region.start()));
        if (successor != null) {
            p.place(failure);
            successor.add(p, new Arg.Loaded(ExecutableRegion.stack(region.start())), report.start());
        }
        return new Plan(p.build(), head, region.start(), regionBytes, invocation.address(), report, failure, leavings);
    }

    private void begin() {
        p.call(SYS_rt_sigprocmask, Arg.of(SIG_SETMASK), p.longs(-1), Arg.of(0), Arg.of(8));
        Step pid = p.call(SYS_getpid);
        p.rename(process.pid(), pid);
        // These outlive an exec.
        Slot off = p.space(32);
        for (int timer = 0; timer < INTERVAL_TIMERS; timer++) {
            p.call(SYS_setitimer, Arg.of(timer), off, Arg.of(0));
        }
    }

    private void prove(LocalProcessor here, boolean sameProcessor) throws KernelException {
        ProcessorChecks.add(p, image.machine(), here, sameProcessor);
        List<FileCheck> checks = new ArrayList<>(memory.checks());
        checks.addAll(descriptors.checks());
        FileProofs.add(p, checks);
        // From here on the initial stack goes.
        p.store8(Arg.of(ExecutableRegion.failure(region.start())), report.start());
    }

    private void objects() {
        if (successor == null && process.sessionId() == process.pid()) {
            // The leader of a group, as a shell makes its jobs, cannot have one.
            p.attempt(SYS_setsid, new Arg[0]);
        }
        ObjectId uts = process.modes().utsNamespace();
        if (!uts.equals(ObjectId.NONE)) {
            UtsRebuild.add(p, image, uts);
        }
        if (hasIpcNamespace()) {
            ipcNamespace().create();
        }
        if (successor == null) {
            ProcessRebuild.makeRoom(p, process, temporaries.above());
        }
        if (asks()) {
            invocation.add(p);
        }
        temporaries.open(p, StandardStreams.OWN, SELF);
        report.useStderr(p, temporaries.streams().err());
        AddressSpaceRebuild.clear(p, region);
        p.attempt(
                SYS_prctl,
                Arg.of(PrctlMemory.PR_SET_VMA),
                Arg.of(PrctlMemory.PR_SET_VMA_ANON_NAME),
                Arg.of(region.start()),
                Arg.contentOf(regionBytes),
                p.string(ExecutableImage.REGION));
        memoryFiles.create(p, memory::hole);
        memory.prepare(p);
        IpcRebuild.undos(p, process);
        descriptors.create(p, memoryFiles);
        memory.map(p, memoryFiles, ForkedMemory.Part.NOTHING);
    }

    private boolean hasIpcNamespace() {
        return !process.modes().ipcNamespace().equals(ObjectId.NONE);
    }

    private IpcNamespaceRebuild ipcNamespace() {
        return new IpcNamespaceRebuild(p, image, process.modes().ipcNamespace());
    }

    private boolean asks() {
        return process.tasks().stream().anyMatch(Invocation::isAskedBy);
    }

    private void contents(List<PageBatch> all) {
        List<PageBatch> batches = mapped ? new MappedContents(space).add(p, temporaries.image(), all) : all;
        long bytes = batches.stream().mapToLong(PageBatch::bytes).sum();
        int loaders = Math.clamp(bytes / HELPER_WORTH, 1, MOST_LOADERS);
        List<List<PageBatch>> shares = PageLoading.share(batches, loaders);
        Label done = p.label();
        List<Label> helpers = new ArrayList<>();
        for (int i = 1; i < loaders; i++) {
            helpers.add(p.label());
            gates.cloneHelper(helpers.getLast());
        }
        load(shares.getFirst());
        p.go(done);
        for (int i = 1; i < loaders; i++) {
            p.place(helpers.get(i - 1));
            load(shares.get(i));
            gates.endHelper();
        }
        p.place(done);
        gates.awaitHelpers();
    }

    private void load(List<PageBatch> share) {
        PageLoading loading = new PageLoading(memory);
        for (PageBatch batch : share) {
            loading.add(p, Arg.of(temporaries.image()), batch);
        }
    }

    private List<Label> attributes() {
        if (successor == null) {
            memory.finish(p, memoryFiles);
        } else {
            memory.finishWithBorders(p);
        }
        memoryFiles.finish(p);
        if (hasIpcNamespace()) {
            ipcNamespace().settle();
            ipcNamespace().finish();
        }
        if (!asks()) {
            FsContextRebuild.add(p, image.object(process.fsContext(), FsContext.class), descriptors.removed());
        }
        List<Label> starts = new ArrayList<>();
        for (TaskState task : others()) {
            starts.add(p.label());
            gates.clone(task.tid(), starts.getLast());
        }
        descriptors.createLate(p);
        if (successor == null) {
            ProcessRebuild.prepare(p, image, process, true);
        } else {
            SignalHandlers handlers = image.object(process.signalHandlers(), SignalHandlers.class);
            SignalHandlersRebuild.add(p, handlers, IGNORED_BY_CALLERS);
        }
        return starts;
    }

    private List<TaskState> others() {
        return process.tasks().subList(1, process.tasks().size());
    }

    private void last(List<OwnerWord> owners, LocalProcessor here) {
        gates.open(attributesGate);
        for (TaskState _ : others()) {
            ready.add(gates.gate());
            gates.await(ready.getLast());
        }
        for (OwnerWord word : owners) {
            p.store4(Arg.of(word.address()), p.add(p.id(word.tid()), Arg.of(Integer.toUnsignedLong(word.flags()))));
        }
        temporaries.close(p);
        report.useStderr(p, 2);
        descriptors.settleRings(p, process.leader().tid(), true);
        descriptors.registerNotifications(p, process.pid());
        if (successor == null) {
            ProcessRebuild.finish(p, process, space.dumpable());
        } else {
            ThreadRebuild.inUserSpace(p, process.leader());
        }
        descriptors.finish(p);
        gates.open(leavingGate);
        if (process.stopped()) {
            p.attempt(SYS_kill, p.id(process.pid()), Arg.of(SIGSTOP));
        }
        leave(process.leader(), here);
    }

    private void thread(TaskState task, Slot done, LocalProcessor here) {
        gates.await(attributesGate);
        descriptors.settleRings(p, task.tid(), false);
        if (successor == null) {
            ThreadRebuild.add(p, process.pid(), task);
        } else {
            ThreadRebuild.inUserSpace(p, task);
        }
        gates.open(done);
        gates.await(leavingGate);
        leave(task, here);
    }

    private void leave(TaskState task, LocalProcessor here) {
        p.call(SYS_arch_prctl, Prctl.ARCH_SET_FS, task.registers().fsBase());
        p.call(SYS_arch_prctl, Prctl.ARCH_SET_GS, task.registers().gsBase());
        // They judge what comes after them: nothing but the way out.
        new SeccompRebuild(image, process).addAll(p, task);
        Leaving leaving = Leaving.of(p, task, here.xsave());
        leavings.add(leaving);
        leaving.renameOwn(p);
        p.setStackPointer(leaving.frame());
        p.call(SYS_rt_sigreturn);
    }
}
