package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;

import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.x86_64.SeedElf;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import java.util.ArrayList;
import java.util.List;

/** Compiles an image into the programs that make its process again: a pure function, the order of a restore. */
final class RestorePlanner {
    /** Programs are planned for an address that is found before their size is known. */
    private static final long SEGMENT_ROOM = 1L << 30;

    private static final long LOWEST = 0x10000;
    private static final long HIGHEST = 0x7ffffffff000L;

    private final ProcessState process;
    private final AddressSpace space;
    private final long seedAddress;
    private final long segmentAddress;

    RestorePlanner(Image image) {
        process = image.processes().getFirst();
        space = image.object(process.addressSpace(), AddressSpace.class);
        seedAddress = Hole.in(space, SEGMENT_ROOM + SeedElf.size());
        segmentAddress = seedAddress + (1 << 16);
    }

    RestorePlan plan() {
        Program before = before();
        Program after = after();
        List<Program> threads = new ArrayList<>();
        for (TaskState task : process.tasks()) {
            threads.add(thread(task));
        }
        return new RestorePlan(seedAddress, segmentAddress, before, after, threads);
    }

    private Program before() {
        ProgramBuilder p = new ProgramBuilder();
        unmapAllButTheSegment(p);
        map(p);
        ThreadClones threads = new ThreadClones(p);
        threads.cloneAll(process.tasks().subList(1, process.tasks().size()));
        p.end();
        threads.placeChildren(segmentAddress);
        return p.build();
    }

    private void map(ProgramBuilder p) {
        boolean vdso = false;
        for (dev.reprise.image.state.Vma vma : space.vmas()) {
            switch (vma.backing()) {
                case dev.reprise.image.state.Backing.Kernel _ -> {
                    if (!vdso) {
                        p.call(dev.reprise.kernel.x86_64.SyscallNumbers.SYS_arch_prctl, 0x2003, vma.start());
                    }
                    vdso = true;
                }
                case dev.reprise.image.state.Backing.MappedFile(var file) -> {
                    var fd = p.call(
                                    dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat,
                                    dev.reprise.engine.program.Arg.of(-100),
                                    p.string(file.path()),
                                    dev.reprise.engine.program.Arg.of(0))
                            .about(file.path());
                    p.call(
                            dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap,
                            dev.reprise.engine.program.Arg.of(vma.start()),
                            dev.reprise.engine.program.Arg.of(vma.bytes()),
                            dev.reprise.engine.program.Arg.of(vma.protection()),
                            dev.reprise.engine.program.Arg.of(0x12),
                            fd,
                            dev.reprise.engine.program.Arg.of(vma.offset()));
                    p.call(dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close, fd);
                }
                default ->
                    p.call(
                            dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap,
                            vma.start(),
                            vma.bytes(),
                            vma.protection(),
                            0x32,
                            -1,
                            0);
            }
        }
    }

    // The seed itself, its stack and the kernel's vdso: a second vdso is refused while the first is there.
    private void unmapAllButTheSegment(ProgramBuilder p) {
        long end = segmentAddress + SEGMENT_ROOM;
        p.call(SYS_munmap, LOWEST, segmentAddress - LOWEST).about("the seed");
        p.call(SYS_munmap, end, HIGHEST - end).about("the seed's stack");
    }

    private Program after() {
        ProgramBuilder p = new ProgramBuilder();
        p.end();
        return p.build();
    }

    private Program thread(TaskState task) {
        ProgramBuilder p = new ProgramBuilder();
        p.end();
        return p.build();
    }
}
