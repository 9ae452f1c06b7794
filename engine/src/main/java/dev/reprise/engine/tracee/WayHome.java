package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigaction;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigpending;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmctl;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.program.x86_64.ControlBlock;
import dev.reprise.kernel.Futex;
import dev.reprise.kernel.Shm;
import dev.reprise.kernel.x86_64.UserRegs;

/**
 * The program that a parked thread runs when the tracer has died: wake the others, clean up, go on where it was.
 *
 * <p>A thread that was in a call goes back into it, unless a caught signal has come in the meantime: then the call
 * ends with EINTR exactly when the kernel would have ended it so.
 */
final class WayHome {
    private static final long EINTR = -4;
    private static final long SA_RESTART = 0x10000000;
    private static final int SIGNALS = 65;
    /** Should the host have been killed. */
    private static final int STANDSTILL_SECONDS = 10;

    /** In a segment's standstill word: all wait for their host. */
    private static final int OTHERS_WAIT = 1;
    /** All wait, the host as well, for another process's. */
    static final int ALL_WAIT = 2;

    private WayHome() {}

    /**
     * Prepares a thread's control block: context and home program, from its registers at the freeze. Only the host, who
     * opens it, closes the descriptor that stands in the segment: others may have another file under its number.
     */
    static void arm(
            Segment segment,
            Control control,
            long[] registers,
            long mask,
            long caught,
            AfterStop afterStop,
            boolean isHost) {
        control.setContext(SystemCallStop.context(registers), mask);
        control.setHomeProgram(program(segment, control, registers, caught & ~mask, afterStop, isHost));
    }

    private static Program program(
            Segment segment, Control control, long[] registers, long handled, AfterStop afterStop, boolean isHost) {
        ProgramBuilder p = new ProgramBuilder();
        // The kernel wakes only one waiter of LIFE.
        p.attempt(SYS_futex, segment.lifeAddress(), Futex.FUTEX_WAKE, Integer.MAX_VALUE);
        p.attempt(SYS_shmctl, segment.id(), Shm.IPC_RMID, 0);
        afterStop.awaitEndOfTracing(p);
        // Somebody may be in the middle of what the others must not see.
        Arg word = Arg.of(segment.standstillAddress());
        Slot most = p.longs(STANDSTILL_SECONDS, 0);
        if (!isHost) {
            p.attempt(SYS_futex, word, Arg.of(Futex.FUTEX_WAIT), Arg.of(OTHERS_WAIT), most);
        }
        p.attempt(SYS_futex, word, Arg.of(Futex.FUTEX_WAIT), Arg.of(ALL_WAIT), most);
        if (isHost) {
            p.attempt(SYS_close, new Arg.Loaded(segment.descriptorWord().value()));
            p.store4(Arg.of(segment.standstillAddress()), Arg.of(0));
            p.attempt(SYS_futex, segment.standstillAddress(), Futex.FUTEX_WAKE, Integer.MAX_VALUE);
        }
        SystemCallStop stop = SystemCallStop.of(registers);
        if (handled != 0 && (stop.endsWithAnyHandler() || stop == SystemCallStop.RESTARTS_BY_HANDLER)) {
            endCallIfInterrupted(p, control, registers, handled, afterStop.due(), stop.endsWithAnyHandler());
        }
        p.jump(Arg.of(control.address() + ControlBlock.HOME));
        return p.build();
    }

    private static void endCallIfInterrupted(
            ProgramBuilder p, Control control, long[] registers, long handled, long due, boolean anyHandler) {
        Slot words = p.space(64);
        Slot pending = words;
        Slot signal = words.plus(8);
        Slot action = words.plus(16);
        Label restart = p.label();
        Label interrupted = p.label();
        p.attempt(SYS_rt_sigpending, pending, Arg.of(8));
        // What was due at a SIGCONT may have been taken already.
        if (anyHandler && due == 0) {
            p.jumpIfAny(pending, Arg.of(handled), interrupted);
            p.go(restart);
        } else if (!anyHandler) {
            findHandlerWithoutRestart(p, pending, signal, action, handled, due, restart);
        }
        p.place(interrupted);
        p.store8(Arg.of(control.address() + ControlBlock.CONTEXT_REGISTERS), Arg.of(EINTR));
        p.store8(Arg.of(control.address() + ControlBlock.CONTEXT_RIP), Arg.of(registers[UserRegs.RIP]));
        p.place(restart);
    }

    // Shifts the pending, handled signals and those that are due out bit by bit and asks for the action of each.
    private static void findHandlerWithoutRestart(
            ProgramBuilder p, Slot pending, Slot signal, Slot action, long handled, long due, Label restart) {
        Label next = p.label();
        Step relevant = p.add(p.and(Arg.contentOf(pending), Arg.of(handled & ~due)), Arg.of(due));
        p.store8(pending, relevant);
        p.place(next);
        p.jumpIfEqual(Arg.contentOf(signal), Arg.of(SIGNALS - 1), restart);
        p.store8(signal, p.add(Arg.contentOf(signal), Arg.of(1)));
        Step bit = p.and(Arg.contentOf(pending), Arg.of(1));
        p.store8(pending, p.shiftRight(Arg.contentOf(pending), Arg.of(1)));
        p.jumpIfEqual(bit, Arg.of(0), next);
        p.attempt(SYS_rt_sigaction, Arg.contentOf(signal), Arg.of(0), action, Arg.of(8));
        p.jumpIfAny(action.plus(8), Arg.of(SA_RESTART), next);
    }
}
