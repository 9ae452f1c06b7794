package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit;

import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
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
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Restores a program: the numbered sequence. Whatever fails before its end, nothing of the program is left. */
public final class RestoreRun {
    /** Room for the program that ends tasks whose tracer has died. */
    private static final long END_BYTES = 4096;

    private static final Program END_OF_HELPER = endOfHelper();

    private final PageSource source;
    private final Image image;
    private final ProcessState process;
    private final RestoreOptions options;
    private final Progress progress;

    private RestoreRun(PageSource source, RestoreOptions options, Progress progress) {
        this.source = source;
        this.image = source.image();
        this.process = image.processes().getFirst();
        this.options = options;
        this.progress = progress;
    }

    /** Restores the program in an open image; its pid as we see it. The program runs when this returns. */
    public static int restore(PageSource source, RestoreOptions options, Progress progress) throws Exception {
        RestoreRun run = new RestoreRun(source, options, progress);
        return Tracer.run(run::run);
    }

    private int run(Tracer tracer) throws KernelException, IOException {
        // 1. plan: image in, programs out
        progress.phase("plan");
        RestorePlanner planner = new RestorePlanner(image, options, ClockRebuild.Here.now());
        RestorePlan plan = plan(planner);
        long programs = plan.programBytes() + END_BYTES;
        try (Segment segment = Segment.create(tracer, plan.controls(), programs, plan.segmentAddress())) {
            // 2. the process, with its pid
            progress.phase("spawn");
            try (SeedProcess seed = spawn(tracer, segment, plan)) {
                seed.seize();
                // 3. everything but the contents of memory; threads, with their ids
                progress.phase("objects");
                seed.run(0, plan.objects());
                // 4. memory, and the proof that the image is whole
                progress.phase("memory");
                loadMemory(planner, plan, seed);
                // 5. what only finished memory can have, then each thread's own
                progress.phase("threads");
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
                return seed.pid();
            }
        }
    }

    private RestorePlan plan(RestorePlanner planner) {
        int loaders = Runtime.getRuntime().availableProcessors();
        return switch (source) {
            case PageSource.InPlace file -> planner.plan(file.path().toString(), file.batches(), loaders);
            case PageSource.Streamed _ -> planner.plan("", List.of(), 0);
        };
    }

    private SeedProcess spawn(Tracer tracer, Segment segment, RestorePlan plan) throws KernelException {
        List<Control> controls = new ArrayList<>();
        for (int i = 0; i < plan.controls(); i++) {
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

    private void loadMemory(RestorePlanner planner, RestorePlan plan, SeedProcess seed)
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
        for (TaskState task : others) {
            seed.add(task.tid());
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
