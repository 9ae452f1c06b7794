package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clone3;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.CloneArgs;
import java.util.ArrayList;
import java.util.List;

/**
 * Clones the threads of a process with their ids; each takes its control block and parks.
 *
 * <p>Stands behind all that threads inherit, and before any helper thread, which might take an id.
 */
final class ThreadClones {
    private static final long THREAD = CloneArgs.CLONE_VM
            | CloneArgs.CLONE_FS
            | CloneArgs.CLONE_FILES
            | CloneArgs.CLONE_SIGHAND
            | CloneArgs.CLONE_THREAD
            | CloneArgs.CLONE_SYSVSEM;

    private final ProgramBuilder program;
    private final long segment;
    private final int firstControl;
    private final List<Label> children = new ArrayList<>();

    /** {@code firstControl}: the control block of the first that is cloned, in the segment at an address. */
    ThreadClones(ProgramBuilder program, long segment, int firstControl) {
        this.program = program;
        this.segment = segment;
        this.firstControl = firstControl;
    }

    /** One clone a thread; the leader goes on. */
    void cloneAll(List<TaskState> threads) {
        if (threads.isEmpty()) {
            return;
        }
        // One struct for all: each clone is made, by the one leader, with the ids that were stored before it.
        int levels = threads.getFirst().innerTids().size() + 1;
        Slot tids = program.space((long) Integer.BYTES * levels);
        Slot args = program.space(CloneArgs.SIZE);
        program.store8(args.plus(CloneArgs.FLAGS), Arg.of(THREAD));
        program.store8(args.plus(CloneArgs.SET_TID), tids);
        program.store8(args.plus(CloneArgs.SET_TID_SIZE), Arg.of(levels));
        for (TaskState thread : threads) {
            List<Integer> ids = ids(thread.tid(), thread.innerTids());
            for (int i = 0; i < levels; i++) {
                program.store4(tids.plus((long) Integer.BYTES * i), Arg.of(ids.get(i)));
            }
            clone(args).about("thread " + thread.tid());
        }
    }

    /** Ids as the kernel wants them: that of the innermost namespace first. */
    static List<Integer> ids(int id, List<Integer> inner) {
        List<Integer> ids = new ArrayList<>(inner.reversed());
        ids.add(id);
        return ids;
    }

    /** Helpers, which have any id; they end by exit(2). */
    void cloneHelpers(int count) {
        if (count == 0) {
            return;
        }
        Slot args = program.space(CloneArgs.SIZE);
        program.store8(args.plus(CloneArgs.FLAGS), Arg.of(THREAD));
        for (int i = 0; i < count; i++) {
            clone(args).about("a thread that loads memory");
        }
    }

    private Step clone(Slot args) {
        Label child = program.label();
        children.add(child);
        return program.fork(SYS_clone3, child, args, Arg.of(CloneArgs.SIZE));
    }

    /** What a child runs when it has its control block, by its index; then it parks. */
    @FunctionalInterface
    interface Beginning {
        void add(int index);
    }

    /** What the children run: behind the leader's END. */
    void placeChildren(Beginning beginning) {
        for (int i = 0; i < children.size(); i++) {
            program.place(children.get(i));
            program.setControl(Arg.of(Segment.controlAddress(segment, firstControl + i)));
            beginning.add(i);
            program.end();
        }
    }
}
