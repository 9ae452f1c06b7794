package dev.reprise.engine.rebuild;

import dev.reprise.engine.program.Program;
import dev.reprise.image.state.ProcessState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that will run inside one restored process after its birth. Each program ends with its task parked in the segment.
 *
 * @param block the number of the leader's control block; those of its other tasks and helpers follow
 * @param objects the leader's program when all are born: what only this process needs but the contents of memory
 * @param loads the reading of memory from the image file, one program a loader: the image's tasks, then helpers
 * @param contents the leader's program when the contents are there: what they needed goes
 * @param table the leader's program when nobody opens files of its own any more: a descriptor table may be that of several
 * @param attributes the leader's program after that: what all threads share
 * @param threads the own programs of all tasks but the leader
 * @param last the leader's last program: its own attributes, what needs them; the timers run from here on
 * @param limits which tells from the last program's results what could not be as it was
 * @param vdso where the kernel's code is in it
 * @param heard the program of its parent's leader when this one has been stopped again; mostly none
 */
record ProcessPlan(
        Member member,
        ProcessState process,
        int block,
        Program objects,
        List<Program> loads,
        ProcessPlanner.ContentsProgram contents,
        Program table,
        Program attributes,
        List<Program> threads,
        Program last,
        LimitsRebuild limits,
        long vdso,
        @Nullable Program heard) {
    ProcessPlan {
        loads = List.copyOf(loads);
        threads = List.copyOf(threads);
    }

    /** The control blocks that it needs: the image's tasks and the helpers. */
    int controls() {
        return Math.max(threads.size() + 1, loads.size());
    }

    /** The helpers among the loaders. */
    int helpers() {
        return controls() - threads.size() - 1;
    }

    /** The room that the programs take in the segment. */
    long programBytes() {
        long bytes = objects.size() + contents.program().size() + table.size() + attributes.size() + last.size();
        bytes += heard == null ? 0 : heard.size();
        for (Program program : loads) {
            bytes += program.size();
        }
        for (Program program : threads) {
            bytes += program.size();
        }
        return bytes;
    }
}
