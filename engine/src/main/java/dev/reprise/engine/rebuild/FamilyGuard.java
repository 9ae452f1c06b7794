package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit_group;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.kernel.Futex;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.PidFd;
import dev.reprise.kernel.Proc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that of several processes all run or none. Until {@link #commit} it wakes, when we are dead, those who are born and wait for a
 * word from us (the kernel wakes one of them, and that one may be killed with us before it can tell the others), and kills those who have been let go
 * already, one after the other, while the rest ended with us.
 */
final class FamilyGuard implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final List<PidFd> descriptors = new ArrayList<>();
    private final MemorySegment committed = arena.allocate(JAVA_INT);
    private final MemorySegment table;
    private @Nullable LocalChild child;
    private int pid;

    private FamilyGuard(int processes) {
        table = arena.allocate(JAVA_INT, processes + 1L);
    }

    /** Begins, before anybody is born; a process without relatives needs none: it dies with us as long as one of its tasks is ours. */
    static FamilyGuard of(Segment segment, RestorePlan plan) throws KernelException {
        FamilyGuard guard = new FamilyGuard(plan.processes().size());
        try {
            if (plan.family().size() > 1) {
                guard.begin(segment);
            }
            return guard;
        } catch (KernelException | RuntimeException failure) {
            guard.close();
            throw failure;
        }
    }

    private void begin(Segment segment) throws KernelException {
        ProgramBuilder p = new ProgramBuilder();
        GuardProgram.awaitDeath(p, open(Proc.ownPid()));
        Slot word = p.space(Long.BYTES);
        p.copy(word, Arg.of(committed.address()), Arg.of(Integer.BYTES));
        Label end = p.label();
        p.jumpIfEqual(p.load4(word), Arg.of(1), end);
        p.attempt(SYS_futex, segment.life().address(), Futex.FUTEX_WAKE, Integer.MAX_VALUE);
        GuardProgram.killAll(p, table.address());
        p.place(end);
        p.attempt(SYS_exit_group, 0);
        child = new LocalChild(p.build());
        pid = child.startBesideWithFiles();
    }

    private int open(int process) throws KernelException {
        PidFd descriptor = PidFd.open(process);
        descriptors.add(descriptor);
        return descriptor.number();
    }

    /** These are to be killed, too, before we let go of the first of them: their ids as we see them. */
    void watch(List<Integer> processes) throws KernelException {
        for (int i = 0; pid > 0 && i < processes.size(); i++) {
            table.setAtIndex(JAVA_INT, i, open(processes.get(i)) + 1);
        }
    }

    /** All run: from here on they are nobody's but their own. */
    void commit() {
        committed.set(JAVA_INT, 0, 1);
    }

    @Override
    public void close() {
        if (pid > 0) {
            LocalChild.end(pid);
        }
        if (child != null) {
            child.close();
        }
        descriptors.forEach(PidFd::close);
        arena.close();
    }
}
