package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmdt;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Variable;
import dev.reprise.engine.program.x86_64.ControlBlock;
import dev.reprise.kernel.Futex;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * A program of one process that no thread of several processes may run beside, not even when we die in the middle of it.
 *
 * <p>All threads are in their segments. The program itself tells them to wait on their way home, by words in their
 * segments, which it attaches for that, and lets them go when it is done.
 */
public final class ForestStandstill {
    private static final long SIGN = Long.MIN_VALUE;
    private static final int PAIR = 16;

    private final Takeover runner;
    private final Set<Takeover> all;
    private final Set<Segment> others = new LinkedHashSet<>();

    /** {@code all}: those who may not run meanwhile. */
    public ForestStandstill(Takeover runner, Collection<Takeover> all) {
        this.runner = runner;
        this.all = new LinkedHashSet<>(all);
        this.all.add(runner);
        for (Takeover takeover : this.all) {
            if (takeover.segment() != runner.segment()) {
                others.add(takeover.segment());
            }
        }
    }

    /** Whether all are in one IPC namespace, outside of which a segment cannot be attached. */
    public boolean isPossible() {
        String name = runner.segment().residence().name();
        return others.stream().allMatch(segment -> segment.residence().name().equals(name));
    }

    /** What begins and ends a program. */
    public final class Part {
        private final ProgramBuilder p;
        private final Slot table;
        private final Slot end;

        /** Adds to {@code p}: everybody waits from here on; where that cannot be, or we are dead already, goes on at {@code impossible}. */
        public Part(ProgramBuilder p, Label impossible) {
            this.p = p;
            table = p.space(PAIR * (others.size() + 1L));
            end = table.plus((long) PAIR * others.size());
            int i = 0;
            for (Segment segment : others) {
                p.store8(table.plus((long) PAIR * i), Arg.of(segment.id()));
                p.store8(table.plus((long) PAIR * i++ + Long.BYTES), Arg.of(SIGN));
            }
            Slot address = p.space(Long.BYTES);
            each((at, _) -> {
                p.copy(address, at, Arg.of(Long.BYTES));
                p.store8(address, p.attempt(SYS_shmat, Arg.contentOf(address), Arg.of(0), Arg.of(0)));
                p.jumpIfAny(address, Arg.of(SIGN), impossible);
                p.copy(p.add(at, Arg.of(Long.BYTES)), address, Arg.of(Long.BYTES));
                p.store4(p.add(Arg.contentOf(address), Arg.of(Segment.STANDSTILL)), Arg.of(WayHome.ALL_WAIT));
            });
            requireNobodyHome(impossible);
        }

        // Adds what is done with each segment, whose place in the table and whose end are given.
        private void each(BiConsumer<Arg, Label> with) {
            Variable at = new Variable(p, 0);
            Label again = p.label();
            Label done = p.label();
            at.set(table);
            p.place(again);
            p.jumpIfEqual(at.value(), end, done);
            with.accept(at.value(), done);
            at.add(PAIR);
            p.go(again);
            p.place(done);
        }

        // Whoever has gone home before it could see the word has not waited. The kernel marks one LIFE word after the
        // other, ours last perhaps.
        private void requireNobodyHome(Label impossible) {
            Slot address = p.space(Long.BYTES);
            each((at, _) -> {
                p.copy(address, p.add(at, Arg.of(Long.BYTES)), Arg.of(Long.BYTES));
                Arg life = p.add(Arg.contentOf(address), Arg.of(Segment.LIFE));
                p.jumpIfAny(life, Arg.of(ControlBlock.OWNER_DIED), impossible);
            });
            p.jumpIfDead(impossible);
        }

        /** Adds: everybody may go on. */
        public void end() {
            Slot address = p.space(Long.BYTES);
            each((at, done) -> {
                p.copy(address, p.add(at, Arg.of(Long.BYTES)), Arg.of(Long.BYTES));
                p.jumpIfAny(address, Arg.of(SIGN), done);
                Arg word = p.add(Arg.contentOf(address), Arg.of(Segment.STANDSTILL));
                p.store4(word, Arg.of(0));
                p.attempt(SYS_futex, word, Arg.of(Futex.FUTEX_WAKE), Arg.of(Integer.MAX_VALUE));
                p.attempt(SYS_shmdt, Arg.contentOf(address));
            });
        }
    }

    /** Runs such a program in the runner's host. */
    public ProgramResults run(Program program) throws KernelException {
        Map<Takeover, List<Tracee>> joined = new HashMap<>();
        try {
            for (Takeover takeover : all) {
                List<Tracee> threads = new ArrayList<>();
                joined.put(takeover, threads);
                takeover.joinAll(threads);
            }
            runner.segment().setStandstill(true);
            return runner.run(program);
        } finally {
            runner.segment().setStandstill(false);
            for (Takeover takeover : all) {
                takeover.back(joined.getOrDefault(takeover, List.of()));
            }
        }
    }
}
