package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.x86_64.SeedElf;
import dev.reprise.engine.rebuild.FdTableRebuild.DescriptorOptions;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FsContext;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.TimeNamespace;
import java.util.ArrayList;
import java.util.List;

/**
 * Compiles an image into the programs that make its process again: a pure function, and the order of a restore in one
 * place.
 */
final class RestorePlanner {
    /** The address space kept free for a segment: programs are planned before their size is known. */
    private static final long SEGMENT_ROOM = 1L << 30;

    /** The seed's executable stands before the segment, where all is unmapped. */
    private static final long SEED_ROOM = 2L << 20;

    private final Image image;
    private final ProcessState process;
    private final RestoreOptions options;
    private final ClockRebuild.Here here;
    private final TimeNamespace clocks;
    private final AddressSpace space;
    private final long seedAddress;
    private final PageRun segment;
    private final AddressSpaceRebuild memory;
    private final Temporaries temporaries;
    private final MemoryFiles memoryFiles;
    private final FdTableRebuild descriptors;
    private final SeccompRebuild seccomp;
    private CgroupRebuild cgroups;
    private LimitsRebuild limits;

    RestorePlanner(Image image, RestoreOptions options, ClockRebuild.Here here) {
        this.image = image;
        this.options = options;
        this.here = here;
        process = image.processes().getFirst();
        clocks = switch (options.clock()) {
            case KEEP -> ClockRebuild.wanted(image.machine(), here);
            case HOST -> here.own();
        };
        space = image.object(process.addressSpace(), AddressSpace.class);
        seedAddress = AddressSpaceRebuild.placeForSegment(space, List.of(), SEED_ROOM + SEGMENT_ROOM);
        if (SeedElf.size() > SEED_ROOM) {
            throw new AssertionError("the seed has grown");
        }
        segment = new PageRun(seedAddress + SEED_ROOM, SEGMENT_ROOM / PageRun.PAGE_SIZE);
        memory = new AddressSpaceRebuild(image, space, segment);
        FdTable table = image.object(process.fdTable(), FdTable.class);
        temporaries = new Temporaries(FdTableRebuild.above(table));
        memoryFiles = new MemoryFiles(image, temporaries.above());
        boolean sameClock = clocks.equals(ClockRebuild.wanted(image.machine(), here));
        descriptors = new FdTableRebuild(
                image,
                table,
                TableShare.alone(image, table),
                new DescriptorOptions(temporaries.streams(), temporaries.above(), sameClock, options.truncate()));
        limits = new LimitsRebuild(new ProgramBuilder(), List.of());
        seccomp = new SeccompRebuild(image, process);
        cgroups = CgroupRebuild.ofProcess(new ProgramBuilder(), image, process);
    }

    /** The files that must be there, and how. */
    List<FileCheck> checks() {
        List<FileCheck> checks = new ArrayList<>(memory.checks());
        checks.addAll(descriptors.checks());
        return checks;
    }

    /** Where memory contents go, for those that come from outside. */
    AddressSpaceRebuild memory() {
        return memory;
    }

    /** The control groups of the plan's first program, which knows which of them are gone. */
    CgroupRebuild cgroups() {
        return cgroups;
    }

    /** The limits of the plan's last program, which knows what could not be set. */
    LimitsRebuild limits() {
        return limits;
    }

    /** The plan; {@code imagePath} is empty when memory does not come from {@code batches} of a file. */
    RestorePlan plan(String imagePath, List<PageBatch> batches, int loaders) {
        List<List<PageBatch>> shares = batches.isEmpty() ? List.of() : PageLoading.share(batches, loaders);
        int helpers = Math.max(0, shares.size() - process.tasks().size());
        Program objects = objects(imagePath, helpers);
        List<Program> loads = new ArrayList<>();
        for (List<PageBatch> share : shares) {
            loads.add(load(share));
        }
        List<Program> threads = new ArrayList<>();
        for (TaskState task : process.tasks().subList(1, process.tasks().size())) {
            threads.add(thread(task));
        }
        return new RestorePlan(seedAddress, segment.start(), objects, loads, attributes(), threads, last());
    }

    private Program objects(String imagePath, int helpers) {
        ProgramBuilder p = new ProgramBuilder();
        if (options.pidNamespace() && process.pid() == 1) {
            NamespaceInit.mountProc(p);
        }
        ClockRebuild.add(p, clocks, here);
        boolean ownSession = options.detached() || process.sessionId() == process.pid();
        cgroups = CgroupRebuild.ofProcess(p, image, process);
        ProcessRebuild.begin(p, process, ownSession, temporaries.above());
        temporaries.open(p, options.standardStreams(), imagePath);
        memory.clear(p);
        memoryFiles.create(p);
        IpcRebuild ipc = new IpcRebuild(p, image);
        ipc.create();
        ipc.undos(process);
        memory.map(p, memoryFiles);
        descriptors.create(p, memoryFiles);
        temporaries.closeStreams(p);
        ThreadClones threads = new ThreadClones(p);
        threads.cloneAll(process.tasks().subList(1, process.tasks().size()));
        threads.cloneHelpers(helpers);
        descriptors.createLate(p);
        p.end();
        threads.placeChildren(segment.start());
        return p.build();
    }

    private Program load(List<PageBatch> share) {
        ProgramBuilder p = new ProgramBuilder();
        PageLoading loading = new PageLoading(memory);
        for (PageBatch batch : share) {
            loading.add(p, Arg.of(temporaries.image()), batch);
        }
        p.end();
        return p.build();
    }

    private Program attributes() {
        ProgramBuilder p = new ProgramBuilder();
        temporaries.closeImage(p);
        memory.finish(p, memoryFiles);
        memoryFiles.finish(p);
        new IpcRebuild(p, image).finish();
        FsContextRebuild.add(p, image.object(process.fsContext(), FsContext.class), descriptors.removed());
        ProcessRebuild.prepare(p, image, process);
        seccomp.addCommon(p);
        p.end();
        return p.build();
    }

    private Program thread(TaskState task) {
        ProgramBuilder p = new ProgramBuilder();
        CgroupRebuild.ofThread(p, image, process, task);
        seccomp.addOwn(p, task);
        ThreadRebuild.add(p, process.pid(), task);
        p.end();
        return p.build();
    }

    private Program last() {
        ProgramBuilder p = new ProgramBuilder();
        seccomp.addOwn(p, process.leader());
        limits = ProcessRebuild.finish(p, process, space.dumpable());
        descriptors.finish(p);
        p.end();
        return p.build();
    }
}
