package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close_range;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.rebuild.FdTableRebuild.DescriptorOptions;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FsContext;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.Pseudoterminal;
import dev.reprise.image.state.PseudoterminalEnd;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.Ioctl;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compiles one process of an image into its programs, and the order of its restore. Pure. */
final class ProcessPlanner {
    private final Layout layout;
    private final Image image;
    private final Member member;
    private final ProcessState process;
    private final boolean ownsSpace;
    private final boolean ownsTable;
    private final AddressSpace space;
    private final AddressSpaceRebuild memory;
    private final MemoryFiles memoryFiles;
    private final FdTableRebuild descriptors;
    private final SeccompRebuild seccomp;
    private CgroupRebuild cgroups;

    ProcessPlanner(Layout layout, Member member, ProcessState process) {
        this.layout = layout;
        this.image = layout.image();
        this.member = member;
        this.process = process;
        ownsSpace = layout.owners().owns(process, process.addressSpace());
        ownsTable = layout.owners().owns(process, process.fdTable());
        space = image.object(process.addressSpace(), AddressSpace.class);
        memory = new AddressSpaceRebuild(
                image, space, layout.segment(), layout.makers().memoryShare(process, layout.common()), layout.vdso());
        FdTable table = image.object(process.fdTable(), FdTable.class);
        seccomp = new SeccompRebuild(image, process);
        cgroups = CgroupRebuild.ofProcess(new ProgramBuilder(), image, process);
        memoryFiles =
                new MemoryFiles(image, layout.memoryNumbers(), layout.makers().filesMadeBy(table.id()));
        descriptors = new FdTableRebuild(
                image,
                table,
                ownsTable ? layout.makers().share(table) : TableShare.NOTHING,
                new DescriptorOptions(
                        layout.temporaries().streams(),
                        layout.above(),
                        layout.sameClock(),
                        layout.options().truncate()));
    }

    ProcessState process() {
        return process;
    }

    Member member() {
        return member;
    }

    AddressSpace space() {
        return space;
    }

    boolean ownsSpace() {
        return ownsSpace;
    }

    /** Where memory contents go. */
    AddressSpaceRebuild memory() {
        return memory;
    }

    /** The files that must be there, and how. */
    List<FileCheck> checks() {
        List<FileCheck> checks = new ArrayList<>(ownsSpace ? memory.checks() : List.of());
        checks.addAll(descriptors.checks());
        return checks;
    }

    /** Adds: what its creator has opened and mapped for itself alone goes. */
    void forget(ProgramBuilder p, ForkedMemory.Part part) {
        if (ownsSpace) {
            ForkedMemoryRebuild.keep(p, part);
        }
        if (ownsTable && layout.temporaries().first() > 0) {
            p.call(SYS_close_range, 0, layout.temporaries().first() - 1, 0);
        }
    }

    /** Adds: all that its children inherit, and its descriptors; {@code forks}: it has such children. */
    void begin(ProgramBuilder p, boolean forks, ForkedMemory.Part part) {
        ObjectId uts = process.modes().utsNamespace();
        if (!uts.equals(ObjectId.NONE) && layout.owners().owns(process, uts)) {
            UtsRebuild.add(p, image, uts);
        }
        if (ownsSpace && !forks) {
            ProcessModesRebuild.begin(p, process.modes());
        }
        if (isFirst()) {
            // Of the tool's own namespace, which children may stay in.
            new IpcRebuild(p, image, ObjectId.NONE).create();
        }
        if (makesIpcNamespace()) {
            ipcNamespace(p).create();
        }
        ProcessRebuild.begin(p, process);
        LoginUidRebuild.add(p, image, process);
        cgroups = CgroupRebuild.ofProcess(p, image, process);
        if (ownsTable) {
            memoryFiles.create(p, memory::hole);
        }
        if (ownsSpace) {
            memory.prepare(p);
        }
        if (ownsTable) {
            descriptors.create(p, memoryFiles);
        }
        if (ownsSpace) {
            memory.fork(p, part);
            load(p, part.early());
        }
    }

    private boolean makesIpcNamespace() {
        ObjectId namespace = process.modes().ipcNamespace();
        return !namespace.equals(ObjectId.NONE) && layout.owners().owns(process, namespace);
    }

    private IpcNamespaceRebuild ipcNamespace(ProgramBuilder p) {
        return new IpcNamespaceRebuild(p, image, process.modes().ipcNamespace());
    }

    // The system's own objects are made by one, before others are born.
    private boolean isFirst() {
        return process.pid() == image.processes().getFirst().pid();
    }

    /** Adds, when it has gone to its session: that session's terminal, which its children then have from it. */
    void takeTerminal(ProgramBuilder p) {
        ObjectId master = layout.makers().terminalOf(process.pid());
        if (!master.equals(ObjectId.NONE)) {
            PseudoterminalRebuild.control(p, descriptors.numberOf(master));
        }
    }

    /** Adds, when all groups are there: the one in the foreground. */
    private void setForeground(ProgramBuilder p) {
        ObjectId master = layout.makers().terminalOf(process.pid());
        if (!master.equals(ObjectId.NONE)) {
            PseudoterminalEnd end = image.object(master, PseudoterminalEnd.class);
            int group = image.object(end.terminal(), Pseudoterminal.class).foreground();
            int id = layout.family().idAt(group, member.innerPids().size());
            if (group != 0 && id != 0) {
                p.attempt(SYS_ioctl, Arg.of(descriptors.numberOf(master)), Arg.of(Ioctl.TIOCSPGRP), p.ints(id));
            }
        }
    }

    /** Lines about the births that have run: what is not as it was. */
    List<String> warnings(ProgramResults births) {
        List<String> warnings = new ArrayList<>(cgroups.warnings(births));
        warnings.addAll(descriptors.warnings(births));
        return warnings;
    }

    /**
     * Adds: what only itself needs, when all are born, and the contents of memory that it need not wait for. {@code helpers} have the control
     * blocks from the first on.
     */
    void build(
            ProgramBuilder p,
            boolean forks,
            int helpers,
            int firstHelper,
            List<PageBatch> contents,
            ForkedMemory.Part part) {
        GroupRebuild.join(p, layout.family(), member);
        if (ownsSpace && forks) {
            // What its address space has of these, its children's would have been born with.
            ProcessModesRebuild.begin(p, process.modes());
        }
        IpcRebuild.undos(p, process);
        if (ownsSpace) {
            memory.map(p, memoryFiles, part);
        }
        load(p, contents);
        ThreadClones clones = new ThreadClones(p, layout.segment().start(), firstHelper);
        clones.cloneHelpers(helpers);
        p.end();
        clones.placeChildren(_ -> {});
    }

    private void load(ProgramBuilder p, List<PageBatch> share) {
        PageLoading loading = new PageLoading(memory);
        for (PageBatch batch : share) {
            loading.add(p, Arg.of(layout.temporaries().image()), batch);
        }
    }

    /** The reading of a share of memory. */
    Program load(List<PageBatch> share) {
        ProgramBuilder p = new ProgramBuilder();
        load(p, share);
        p.end();
        return p.build();
    }

    /** The memory's last touches, when the contents are there; {@code later}: those that come later, or null. */
    ContentsProgram contents(LazySplit.@Nullable Later later) {
        ProgramBuilder p = new ProgramBuilder();
        Step faults = null;
        if (ownsSpace) {
            memory.finish(p, layout.isForked() ? null : memoryFiles);
            faults = later == null ? null : LazyRegistration.add(p, later, layout.above());
        }
        setForeground(p);
        p.end();
        return new ContentsProgram(p.build(), faults);
    }

    /** A program, and the step of it whose result is a userfaultfd of the memory that comes later, if any does. */
    record ContentsProgram(Program program, @Nullable Step faults) {}

    /**
     * All temporaries closed, and what can only be opened when all are there. Others may have the same table: they have
     * nothing of their own open in it by now, and open nothing while this runs.
     */
    Program table() {
        ProgramBuilder p = new ProgramBuilder();
        if (makesIpcNamespace() && ownsTable) {
            ipcNamespace(p).settle();
        }
        if (ownsTable) {
            memoryFiles.finish(p);
            layout.temporaries().close(p);
            descriptors.createLate(p);
        }
        AutogroupRebuild.add(p, process);
        p.end();
        return p.build();
    }

    /** What all threads share, when {@code dead} have ended. */
    Program attributes(DeadChildren dead) {
        ProgramBuilder p = new ProgramBuilder();
        if (makesIpcNamespace() && !ownsTable) {
            ipcNamespace(p)
                    .settle(); // while others change the table it opens nothing, and afterwards /proc may be gone
        }
        if (layout.owners().owns(process, process.fsContext())) {
            FsContextRebuild.add(p, image.object(process.fsContext(), FsContext.class), descriptors.removed());
        }
        // everybody has attached
        if (makesIpcNamespace()) {
            ipcNamespace(p).finish();
        } else if (isFirst()) {
            new IpcRebuild(p, image, ObjectId.NONE).finish();
        }
        dead.await(p);
        ProcessRebuild.prepare(p, image, process, layout.owners().owns(process, process.signalHandlers()));
        seccomp.addCommon(p);
        p.end();
        return p.build();
    }

    /** A thread's own program. */
    Program thread(TaskState task) {
        ProgramBuilder p = ProgramBuilder.holdingBack(layout.heldBack());
        CgroupRebuild.ofThread(p, image, process, task);
        if (ownsTable) {
            descriptors.settleRings(p, task.tid(), false);
        }
        ThreadRebuild.add(p, process.pid(), task);
        seccomp.addOwn(p, task);
        p.end();
        return p.build();
    }

    /** The leader's last program: its own attributes, what needs them; the timers run from here on. */
    LastProgram last() {
        ProgramBuilder p = ProgramBuilder.holdingBack(layout.heldBack());
        if (ownsTable) {
            descriptors.settleRings(p, process.leader().tid(), true);
        }
        descriptors.registerNotifications(p, process.pid());
        LimitsRebuild limits = ProcessRebuild.finish(p, process, space.dumpable());
        if (ownsTable) {
            descriptors.finish(p);
        }
        seccomp.addOwn(p, process.leader());
        p.end();
        return new LastProgram(p.build(), limits);
    }

    /** The last program, and who can tell from its results what could not be as it was. */
    record LastProgram(Program program, LimitsRebuild limits) {}
}
