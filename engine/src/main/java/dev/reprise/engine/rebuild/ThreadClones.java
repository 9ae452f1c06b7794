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
 * <p>Stands behind all that threads share or inherit, and before any helper thread, which might take an id.
 */
final class ThreadClones {
    /** What makes a thread. */
    static final long THREAD = CloneArgs.CLONE_VM
            | CloneArgs.CLONE_FS
            | CloneArgs.CLONE_FILES
            | CloneArgs.CLONE_SIGHAND
            | CloneArgs.CLONE_THREAD
            | CloneArgs.CLONE_SYSVSEM;

    private final ProgramBuilder program;
    private final List<Label> children = new ArrayList<>();

    ThreadClones(ProgramBuilder program) {
        this.program = program;
    }

    /** One clone a thread; the leader goes on. */
    void cloneAll(List<TaskState> threads) {
        // One struct for all: each clone is made, by the one leader, with the id that was stored before it.
        Slot tid = program.space(8);
        Slot args = program.space(CloneArgs.SIZE);
        program.store8(args.plus(CloneArgs.FLAGS), Arg.of(THREAD));
        program.store8(args.plus(CloneArgs.SET_TID), tid);
        program.store8(args.plus(CloneArgs.SET_TID_SIZE), Arg.of(1));
        for (TaskState thread : threads) {
            program.store4(tid, Arg.of(thread.tid()));
            clone(args).about("thread " + thread.tid());
        }
    }

    /** Helpers, which have any id; they end by exit(2). */
    void cloneHelpers(int count) {
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

    /** What the children run: behind the leader's END. {@code segment} is the segment's address. */
    void placeChildren(long segment) {
        for (int i = 0; i < children.size(); i++) {
            program.place(children.get(i));
            program.setControl(Arg.of(Segment.controlAddress(segment, i + 1)));
            program.end();
        }
    }
}
