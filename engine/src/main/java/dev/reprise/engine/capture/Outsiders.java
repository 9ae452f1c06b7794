package dev.reprise.engine.capture;

import dev.reprise.kernel.Kcmp;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import java.util.Set;

/**
 * Who is outside a set of processes that may still run: no member, and with {@code growing} no child born to one since the
 * members were counted, either; nor a child of ours on its way to exec, whose descriptors are our copies.
 */
record Outsiders(Set<Integer> inside, boolean growing) {
    Outsiders {
        inside = Set.copyOf(inside);
    }

    /** Whether a process is outside; one that has ended is nowhere. */
    boolean contain(int pid) throws KernelException {
        try {
            return !inside.contains(pid) && !isOurFork(pid) && !(growing && isDescendant(pid));
        } catch (KernelException ended) {
            ended.requireAnswer();
            return false;
        }
    }

    private boolean isDescendant(int pid) throws KernelException {
        int ancestor = pid;
        while (ancestor > 1 && !inside.contains(ancestor)) {
            ancestor = ProcStat.of(ancestor).parent();
        }
        return inside.contains(ancestor);
    }

    // Java starts programs by posix_spawn: until the exec the child has our memory.
    private static boolean isOurFork(int pid) throws KernelException {
        int self = Proc.ownPid();
        return ProcStat.of(pid).parent() == self && Kcmp.VM.isShared(self, pid);
    }
}
