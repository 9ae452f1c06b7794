package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit_group;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.pager.Pager;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.PidFd;
import dev.reprise.kernel.Poll;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.Signal;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that no process runs on whose memory nobody serves any more: a child of ours, in our memory and with our
 * descriptors, which kills them when we are dead, poisons what is missing anywhere else, and only then ends, and with it the last hold on
 * the userfaultfds.
 *
 * <p>As long as that is there a task that touches what is missing waits. Without it the missing pages would read as zeros.
 */
final class LazyGuard implements Pager.Watch {
    /** The most processes that it knows. */
    private static final int MOST = 1 << 14;

    private static final long PATIENCE_NANOS = 1_000_000_000;
    private static final long PAUSE_NANOS = 100_000;
    private static final int PATIENCE_MILLIS = 2000;

    private final Arena arena = Arena.ofShared();
    // Descriptors of processes, each one more than it is (0 is one, too), ended by a zero.
    private final MemorySegment table;
    private final PoisonTable memory;
    private final Map<Integer, PidFd> known = new LinkedHashMap<>();
    private @Nullable PidFd self;
    private @Nullable LocalChild child;
    private int pid;
    private int expected;
    private long lookUntil;

    private LazyGuard() throws KernelException {
        table = Native.pages(arena, (long) MOST * Integer.BYTES);
        memory = new PoisonTable(arena);
    }

    /** Begins; {@code processes}: the ids of those whose memory comes later, as we see them; {@code ranges}: where that is. */
    static LazyGuard of(Collection<Integer> processes, Collection<Vma> ranges) throws KernelException {
        LazyGuard guard = new LazyGuard();
        try {
            for (Vma range : ranges) {
                guard.memory.add(range.start(), range.bytes());
            }
            for (int process : processes) {
                guard.add(process);
            }
            guard.begin();
            return guard;
        } catch (KernelException | RuntimeException failure) {
            guard.close();
            throw failure;
        }
    }

    private void begin() throws KernelException {
        self = PidFd.open(Proc.ownPid());
        child = new LocalChild(program(self.number()));
        pid = child.startBesideWithFiles();
    }

    private Program program(int self) {
        ProgramBuilder p = new ProgramBuilder();
        GuardProgram.awaitDeath(p, self);
        GuardProgram.killAll(p, table.address());
        // What they do in the kernel until they notice that must not see zeros either.
        Slot poll = p.ints(0, Poll.POLLIN);
        GuardProgram.each(p, table.address(), fd -> {
            p.store4(poll, fd);
            p.attempt(SYS_poll, poll, Arg.of(1), Arg.of(PATIENCE_MILLIS));
        });
        // Children whose birth nobody has seen are not known: they get SIGBUS instead of zeros.
        memory.poison(p);
        p.attempt(SYS_exit_group, 0);
        return p.build();
    }

    private void add(int process) throws KernelException {
        if (known.size() == MOST - 1) {
            dropEnded();
        }
        if (known.size() == MOST - 1) {
            throw new KernelException("restore --lazy", "more than " + MOST + " processes", Errno.EAGAIN);
        }
        PidFd fd = PidFd.open(process);
        table.set(JAVA_INT, (long) known.size() * Integer.BYTES, fd.number() + 1);
        known.put(process, fd);
        memory.seen(fd.number());
    }

    @Override
    public void moved(long to, long bytes) throws KernelException {
        memory.add(to, bytes);
    }

    // At each instant all others stand in the table, which is read when we are dead.
    private void dropEnded() throws KernelException {
        List<PidFd> ended = new ArrayList<>();
        int at = 0;
        for (Iterator<PidFd> all = known.values().iterator(); all.hasNext(); ) {
            PidFd one = all.next();
            if (one.hasEnded()) {
                ended.add(one);
                all.remove();
            } else {
                table.set(JAVA_INT, (long) at++ * Integer.BYTES, one.number() + 1);
            }
        }
        table.asSlice((long) at * Integer.BYTES, (long) ended.size() * Integer.BYTES)
                .fill((byte) 0);
        ended.forEach(PidFd::close);
    }

    @Override
    public void expect(int born) {
        expected += born;
        if (born > 0) {
            lookUntil = System.nanoTime() + PATIENCE_NANOS;
        }
    }

    /** Children that have just been born are among those of one that is known, soon; or they have ended. */
    @Override
    public void look() throws KernelException {
        if (expected == 0) {
            return;
        }
        dropEnded();
        Deque<Integer> parents = new ArrayDeque<>(known.keySet());
        for (Integer parent = parents.poll(); parent != null; parent = parents.poll()) {
            for (int born : Proc.children(parent)) {
                if (!known.containsKey(born)) {
                    try {
                        add(born);
                        expected = Math.max(0, expected - 1);
                        parents.add(born);
                    } catch (KernelException failure) {
                        if (failure.errno() != Errno.ESRCH) {
                            throw failure;
                        }
                    }
                }
            }
        }
        if (System.nanoTime() > lookUntil) {
            expected = 0;
        }
    }

    @Override
    public void kill() {
        known.values().forEach(process -> process.signal(Signal.SIGKILL));
        try {
            expected++;
            look();
        } catch (KernelException failure) {
            // who is not found has its memory poisoned
        }
        known.values().forEach(process -> process.signal(Signal.SIGKILL));
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (PidFd process : known.values()) {
            try {
                while (!process.hasEnded() && System.nanoTime() < deadline) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            } catch (KernelException failure) {
                // as above
            }
        }
    }

    @Override
    public void close() {
        if (pid > 0) {
            LocalChild.end(pid);
        }
        if (child != null) {
            child.close();
        }
        if (self != null) {
            self.close();
        }
        known.values().forEach(PidFd::close);
        arena.close();
    }
}
