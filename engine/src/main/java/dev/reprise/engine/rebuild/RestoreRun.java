package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.engine.program.x86_64.SeedElf;
import dev.reprise.engine.tracee.Control;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.engine.tracee.Tracer;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Vdso;
import java.util.ArrayList;
import java.util.List;

/** Restores a program: the numbered sequence. Whatever fails before the end, nothing of it is left running. */
public final class RestoreRun {
    private static final long PAGE = 4096;

    private final Image image;
    private final ProcessState process;
    private final RestoreOptions options;
    private final Progress progress;

    private RestoreRun(PageSource source, RestoreOptions options, Progress progress) {
        this.image = source.image();
        this.process = image.processes().getFirst();
        this.options = options;
        this.progress = progress;
    }

    /** Restores the program in an open image; its pid as we see it. */
    public static int restore(PageSource source, RestoreOptions options, Progress progress) throws Exception {
        RestoreRun run = new RestoreRun(source, options, progress);
        return Tracer.run(run::run);
    }

    private int run(Tracer tracer) throws KernelException {
        progress.phase("plan");
        RestorePlan plan = new RestorePlanner(image).plan();
        int blocks = process.tasks().size();
        try (Segment segment = Segment.create(tracer, blocks, plan.programBytes() + PAGE, plan.segmentAddress())) {
            progress.phase("spawn");
            try (SeedProcess seed = spawn(tracer, segment, plan)) {
                return rebuild(seed, plan);
            }
        }
    }

    private SeedProcess spawn(Tracer tracer, Segment segment, RestorePlan plan) throws KernelException {
        List<Control> controls = new ArrayList<>();
        for (int i = 0; i < process.tasks().size(); i++) {
            controls.add(segment.newControl());
        }
        long programs = SeedProcess.layOutEnd(segment, controls, segment.programsAddress());
        byte[] elf = SeedElf.of(
                plan.seedAddress(),
                segment.id(),
                plan.segmentAddress(),
                controls.getFirst().address(),
                segment.parkAddress());
        int pid = options.detached() ? Spawn.orphan(elf, 0, process.pid()) : Spawn.child(elf, 0, process.pid());
        return new SeedProcess(tracer, segment, controls, pid, programs);
    }

    private int rebuild(SeedProcess seed, RestorePlan plan) throws KernelException {
        seed.seize();
        progress.phase("objects");
        seed.run(0, plan.before());
        for (TaskState task : process.tasks().subList(1, process.tasks().size())) {
            seed.add(task.tid());
        }
        progress.phase("memory");
        progress.phase("threads");
        seed.run(0, plan.after());
        for (int i = 0; i < process.tasks().size(); i++) {
            seed.submit(i, plan.threads().get(i));
        }
        for (int i = 0; i < process.tasks().size(); i++) {
            seed.await(i);
        }
        Release release = new Release(seed, process, syscallInstruction());
        release.leaveSegment();
        release.load();
        release.letGo();
        return seed.pid();
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
