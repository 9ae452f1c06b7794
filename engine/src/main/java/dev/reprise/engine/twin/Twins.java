package dev.reprise.engine.twin;

import dev.reprise.engine.tracee.MemoryCopy;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.ProcessMemory;
import dev.reprise.kernel.Smaps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Copies of a program's memory that are kept, among other processes: they are part of no program (docs/decisions/0019-twins.md). */
public final class Twins {
    /** What each is called. */
    public static final String NAME = MemoryCopy.KEPT_NAME;

    private Twins() {}

    /** Whether a process is one. Its name may be anybody's, but nobody else has no descriptor at all and lives in a segment of ours. */
    public static boolean isOne(int pid) throws KernelException {
        return segment(pid) != null;
    }

    /** The same of one whose stat has been read. */
    public static boolean isOne(ProcStat stat) throws KernelException {
        return segment(stat) != null;
    }

    /** The ids of all of our pid namespace that we may look into and that outlive their tool. */
    public static List<Integer> allKept() throws KernelException {
        List<Integer> found = new ArrayList<>();
        for (int pid : Proc.numbers("/proc")) {
            Mapping segment = segment(pid);
            if (segment != null && isKept(pid, segment)) {
                found.add(pid);
            }
        }
        return found;
    }

    private static boolean isKept(int pid, Mapping segment) throws KernelException {
        try (Arena arena = Arena.ofConfined();
                ProcessMemory memory = new ProcessMemory(pid)) {
            MemorySegment word = arena.allocate(ValueLayout.JAVA_INT);
            memory.read(Segment.kept(segment), word);
            return word.get(ValueLayout.JAVA_INT, 0) == 1;
        } catch (KernelException goneOrDenied) {
            goneOrDenied.requireAnswer();
            return false;
        }
    }

    private static @Nullable Mapping segment(int pid) throws KernelException {
        try {
            return segment(ProcStat.of(pid));
        } catch (KernelException gone) {
            gone.requireAnswer();
            return null;
        }
    }

    private static @Nullable Mapping segment(ProcStat stat) throws KernelException {
        int pid = stat.pid();
        if (!stat.name().equals(NAME) || stat.session() != pid || stat.isEnding()) {
            return null;
        }
        try {
            if (!Proc.numbers("/proc/" + pid + "/fd").isEmpty()) {
                return null;
            }
            for (Mapping mapping : Smaps.mapsOf(pid)) {
                if (Segment.isOne(mapping)) {
                    return mapping;
                }
            }
        } catch (KernelException goneOrDenied) {
            goneOrDenied.requireAnswer();
        }
        return null;
    }
}
