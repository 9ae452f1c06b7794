package dev.reprise.engine.tracee;

import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.PidFd;
import dev.reprise.kernel.ProcessMemory;
import dev.reprise.kernel.RemoteAddress;
import dev.reprise.kernel.Smaps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A copy that a tool has kept and left ({@link MemoryCopy#keep}), in our hands for a moment: the LIFE word of its segment is ours as
 * long. When this is closed, or we die, it sleeps again, and is anybody's to take.
 */
public final class KeptCopy implements AutoCloseable {
    /** At the end of its segment, where programs of the checkpoint stood. */
    private static final long ROOM = 1 << 16;

    private static final Program NOTHING = nothing();
    private static final long PATIENCE_NANOS = 600_000_000_000L;
    private static final long ANSWER_NANOS = 1_000_000_000L;

    private final Segment segment;
    private final PidFd process;
    private final CopyRunner runner;

    private KeptCopy(Segment segment, PidFd process, CopyRunner runner) {
        this.segment = segment;
        this.process = process;
        this.runner = runner;
    }

    /** The segment that a copy is parked in, among its mappings; null where it has not its mark, or is of a tool that spoke otherwise. */
    public static @Nullable Mapping segmentOf(int pid, TwinMark mark) throws KernelException {
        for (Mapping mapping : Smaps.mapsOf(pid)) {
            if (Segment.isOne(mapping)
                    && Segment.kept(mapping).value() == mark.word()
                    && mapping.offset() == 0
                    && Segment.isSpokenTo(word(pid, Segment.keeper(mapping)))) {
                return mapping;
            }
        }
        return null;
    }

    private static long word(int pid, RemoteAddress address) throws KernelException {
        try (Arena arena = Arena.ofConfined();
                ProcessMemory memory = new ProcessMemory(pid)) {
            MemorySegment word = arena.allocate(ValueLayout.JAVA_LONG);
            memory.read(address, word);
            return word.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    private static Program nothing() {
        ProgramBuilder p = new ProgramBuilder();
        p.end();
        return p.build();
    }

    /** Takes it; null where somebody else has it now, who lives; ETIMEDOUT where it does not answer, in a frozen control group for example. */
    public static @Nullable KeptCopy take(Tracer tracer, int pid, Mapping mapping, TwinMark mark)
            throws KernelException {
        PidFd process = PidFd.open(pid);
        Segment segment = null;
        try {
            segment = Segment.adopt(tracer, (int) mapping.inode(), mapping.bytes(), mapping.start());
            if (segment != null) {
                if (!segment.isMarked(mark)) {
                    throw new KernelException("shmat", "the segment of process " + pid, Errno.ESRCH);
                }
                CopyRunner runner = new CopyRunner(segment.keeper(), mapping.end() - ROOM, pid, process);
                runner.await(ANSWER_NANOS); // what it was told by one who has died since
                runner.run(NOTHING, ANSWER_NANOS);
                return new KeptCopy(segment, process, runner);
            }
        } catch (KernelException | RuntimeException failure) {
            close(segment, process);
            throw failure;
        }
        process.close();
        return null;
    }

    /** Runs a program in it, to its end. */
    public ProgramResults run(Program program) throws KernelException {
        if (program.size() > ROOM) {
            throw new IllegalArgumentException("program of " + program.size() + " bytes");
        }
        return runner.run(program, PATIENCE_NANOS);
    }

    @Override
    public void close() {
        close(segment, process);
    }

    private static void close(@Nullable Segment segment, PidFd process) {
        if (segment != null) {
            segment.close();
        }
        process.close();
    }
}
