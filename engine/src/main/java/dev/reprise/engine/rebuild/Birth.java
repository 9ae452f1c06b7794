package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.engine.model.StandardStreams;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.x86_64.SeedElf;
import dev.reprise.engine.tracee.Control;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.engine.tracee.Tracer;
import dev.reprise.image.state.ProcessState;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a restored process comes to be: under its own id, in a namespace in which that is 1, or in one that has a first
 * process of ours.
 */
record Birth(
        ProcessState process,
        RestoreOptions options,
        Rights rights,
        FirstSession session,
        @Nullable TwinFork twin) {
    /** Those of its own: of a namespace's first process, and of the leader of a session that ends at once. */
    static final int MORE_CONTROLS = 2;

    private static final int FIRST = 1;

    /** A process, and its parent where that is not ourselves. */
    record Newborn(int pid, @Nullable PassingParent parent) {}

    /** Whether the ids of the image are those of another pid namespace than ours. */
    boolean inNamespace() {
        return options.pidNamespace() || process.pid() == FIRST;
    }

    /** The root, parked with the first control block. The last one is a namespace's first process's. */
    SeedForest of(Tracer tracer, Segment segment, RestorePlan plan) throws KernelException {
        List<Control> controls = new ArrayList<>();
        for (int i = 0; i <= plan.controls(); i++) {
            controls.add(segment.newControl());
        }
        ProgramRoom room = new ProgramRoom(segment.programsAddress());
        SeedForest.layOutEnd(segment, controls, room);
        if (inNamespace() && process.pid() != FIRST) {
            return underInit(tracer, segment, plan, controls, room);
        }
        Newborn born = inNamespace()
                ? make(tracer, segment, plan, controls.getFirst(), namespaces(), 0)
                : make(tracer, segment, plan, controls.getFirst(), 0, process.pid());
        return new SeedForest(tracer, segment, plan, controls, room, born.pid(), born, inNamespace());
    }

    private SeedForest underInit(
            Tracer tracer, Segment segment, RestorePlan plan, List<Control> controls, ProgramRoom room)
            throws KernelException {
        Control own = controls.getLast();
        Newborn init = make(tracer, segment, plan, own, namespaces(), 0);
        try (SeedProcess first = new SeedProcess(tracer, segment, List.of(own), room, init.pid())) {
            first.seize();
            Program begin = NamespaceInit.begin(
                    process.pid(),
                    controls.getFirst().address(),
                    options.detached(),
                    process.leader().parentDeathSignal(),
                    session,
                    session.byParent() ? segment.newControl().address() : 0,
                    twin == null ? null : plan.segment());
            first.run(0, begin);
            int pid = OuterIds.childOf(init.pid());
            first.submit(0, NamespaceInit.live(process.pid()));
            first.leave();
            return new SeedForest(tracer, segment, plan, controls, room, pid, init, true);
        } catch (KernelException failure) {
            if (init.parent() != null) {
                init.parent().close(); // it reaps what has been killed
            }
            throw failure;
        }
    }

    private long namespaces() {
        return NamespaceInit.NAMESPACES | (rights.needUserNamespace() ? CloneArgs.CLONE_NEWUSER : 0);
    }

    private Newborn make(Tracer tracer, Segment segment, RestorePlan plan, Control control, long flags, int pid)
            throws KernelException {
        return twin == null
                ? spawn(elf(segment, plan, control), flags, pid)
                : new Newborn(twin.fork(tracer, segment, control.address(), flags, pid, descriptors()), null);
    }

    private List<Integer> descriptors() {
        StandardStreams streams = options.standardStreams();
        List<Integer> all = new ArrayList<>(List.of(streams.in(), streams.out(), streams.err()));
        all.addAll(options.inherited().values());
        return all;
    }

    private static byte[] elf(Segment segment, RestorePlan plan, Control control) {
        return SeedElf.of(
                plan.seedAddress(), segment.id(), plan.segmentAddress(), control.address(), segment.parkAddress());
    }

    private Newborn spawn(byte[] elf, long flags, int pid) throws KernelException {
        if (options.detached()) {
            PassingParent parent = Spawn.orphan(elf, flags, pid, inNamespace() ? FirstSession.NONE : session);
            return new Newborn(parent.child(), parent);
        }
        boolean watchesParent = process.tasks().stream().anyMatch(task -> task.parentDeathSignal() != 0);
        return new Newborn(watchesParent ? LastingParent.child(elf, flags, pid) : Spawn.child(elf, flags, pid), null);
    }
}
