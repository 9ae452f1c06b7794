package dev.reprise.engine.rebuild;

import dev.reprise.engine.program.Program;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.ProcessState;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Vdso;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The release of all processes: no task of any executes an instruction of the program before {@link #letGo}.
 *
 * <p>Those that were stopped go first, children before parents: their parents, still ours, do not hear of it.
 */
final class Releases {
    private final SeedForest forest;
    private final RestorePlan plan;
    private final List<Release> running = new ArrayList<>();
    private final int syscallInstruction;

    Releases(SeedForest forest, RestorePlan plan) throws KernelException {
        this.forest = forest;
        this.plan = plan;
        syscallInstruction = Vdso.syscallInstruction();
    }

    /** Takes all tasks out of the segment and unmaps it; those of stopped processes are let go. */
    void leaveSegment() throws KernelException {
        Set<ObjectId> left = new HashSet<>();
        for (int i = plan.processes().size() - 1; i >= 0; i--) {
            if (plan.processes().get(i).process().stopped() && i > 0) {
                stop(i, left);
            }
        }
        for (int i = 0; i < plan.processes().size(); i++) {
            if (!plan.processes().get(i).process().stopped() || i == 0) {
                running.add(release(i));
            }
        }
        for (Release release : running) {
            release.interrupt();
        }
        for (Release release : running) {
            release.leaveSegment();
        }
        for (Release release : running) {
            release.beginUnmap(left);
        }
        for (Release release : running) {
            release.unmap();
        }
        for (Release release : running) {
            release.unmapped();
            release.load();
        }
    }

    private void stop(int index, Set<ObjectId> left) throws KernelException {
        Release release = release(index);
        release.interrupt();
        release.leaveSegment();
        if (!isNeededBefore(index)) {
            release.beginUnmap(left);
            release.unmap();
            release.unmapped();
        }
        release.load();
        release.letGo();
        release.awaitStopped();
        Program heard = plan.processes().get(index).heard();
        if (heard != null) {
            parentOf(index).run(0, heard);
        }
    }

    private SeedProcess parentOf(int index) {
        int parent = plan.processes().get(index).process().parentPid();
        for (int i = 0; i < index; i++) {
            if (plan.processes().get(i).process().pid() == parent) {
                return forest.processes().get(i);
            }
        }
        throw new IllegalStateException("process " + parent + " comes after its child");
    }

    // Others of the same address space are still in the segment: all that come after it here, and all that run on.
    private boolean isNeededBefore(int index) {
        ObjectId space = plan.processes().get(index).process().addressSpace();
        for (int i = 0; i < plan.processes().size(); i++) {
            ProcessState other = plan.processes().get(i).process();
            if (i != index && other.addressSpace().equals(space) && (i < index || !other.stopped())) {
                return true;
            }
        }
        return false;
    }

    private Release release(int index) {
        ProcessPlan planned = plan.processes().get(index);
        return new Release(forest.processes().get(index), planned.process(), planned.vdso() + syscallInstruction);
    }

    /** Lets all go that still are here, the root last. Who ends meanwhile is no failure: it is the program that runs. */
    void letGo() throws KernelException {
        for (Release release : running.reversed()) {
            release.letGo();
        }
        for (Release release : running) {
            release.awaitStopped();
        }
        forest.release();
    }
}
