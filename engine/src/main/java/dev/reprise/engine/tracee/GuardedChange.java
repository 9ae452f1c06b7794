package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex_waitv;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.x86_64.ControlBlock;
import dev.reprise.kernel.Futex;
import dev.reprise.kernel.KernelException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;

/**
 * A change of a frozen program's state that lasts for a moment, and that the program itself undoes, whatever becomes of
 * us.
 *
 * <p>While we work, the host waits in a program: for our word, or for our death, which the kernel marks in LIFE. Either
 * way it undoes the change before it goes on, and the process's other threads go on after it.
 */
public final class GuardedChange {
    private static final int WAITER = 24;

    private GuardedChange() {}

    /** What is done while the change is guarded. */
    public interface Work {
        /** Does it. */
        void run() throws KernelException;
    }

    /** Runs {@code work} between the arming and the running of {@code undo} in the host of {@code takeover}. */
    public static void during(Takeover takeover, Consumer<ProgramBuilder> undo, Work work) throws KernelException {
        Segment segment = takeover.segment();
        ProgramBuilder p = new ProgramBuilder();
        Slot word = p.space(8);
        // struct futex_waitv { u64 val, uaddr; u32 flags, reserved; }
        Slot waiters = p.space(2 * WAITER);
        Label again = p.label();
        Label over = p.label();
        p.store8(waiters.plus(8), word);
        p.store8(waiters.plus(16), Arg.of(ControlBlock.FUTEX2_SIZE_U32));
        p.store8(waiters.plus(WAITER), Arg.of(Integer.toUnsignedLong(segment.lifeValue())));
        p.store8(waiters.plus(WAITER + 8), Arg.of(segment.lifeAddress()));
        p.store8(waiters.plus(WAITER + 16), Arg.of(ControlBlock.FUTEX2_SIZE_U32));
        p.place(again);
        p.jumpIfDead(over);
        p.attempt(SYS_futex_waitv, waiters, Arg.of(2), Arg.of(0), Arg.of(0), Arg.of(0));
        p.jumpIfEqual(p.load4(word), Arg.of(0), again);
        p.place(over);
        undo.accept(p);
        p.end();
        Program program = p.build();
        Standstill.during(List.of(takeover), () -> {
            Control control = takeover.start(program);
            MemorySegment ours = control.results().slot(word);
            try {
                work.run();
            } finally {
                ours.set(JAVA_INT, 0, 1);
                Futex.wake(ours.asSlice(0, 4), 1);
                takeover.await(takeover.host());
            }
            return program;
        });
    }
}
