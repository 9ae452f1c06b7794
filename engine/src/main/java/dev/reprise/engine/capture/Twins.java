package dev.reprise.engine.capture;

import dev.reprise.engine.tracee.MemoryCopy;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.Smaps;

/** Copies of a program's memory that are kept, among other processes: they are part of no program (docs/decisions/0019-twins.md). */
final class Twins {
    private Twins() {}

    /** Whether a process is one. Its name may be anybody's, but nobody else has no descriptor at all and lives in a segment of ours. */
    static boolean isOne(int pid) throws KernelException {
        try {
            return isOne(ProcStat.of(pid));
        } catch (KernelException gone) {
            gone.requireAnswer();
            return false;
        }
    }

    /** The same of one whose stat has been read. */
    static boolean isOne(ProcStat stat) throws KernelException {
        int pid = stat.pid();
        if (!stat.name().equals(MemoryCopy.KEPT_NAME) || stat.session() != pid || stat.isEnding()) {
            return false;
        }
        try {
            if (!Proc.numbers("/proc/" + pid + "/fd").isEmpty()) {
                return false;
            }
            for (Mapping mapping : Smaps.mapsOf(pid)) {
                if (Segment.isOne(mapping)) {
                    return true;
                }
            }
        } catch (KernelException goneOrDenied) {
            goneOrDenied.requireAnswer();
        }
        return false;
    }
}
