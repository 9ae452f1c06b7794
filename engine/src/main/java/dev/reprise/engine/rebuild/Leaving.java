package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;

import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.x86_64.SleepCode;
import dev.reprise.engine.tracee.SignalFrame;
import dev.reprise.engine.tracee.XsaveLayout;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.x86_64.UserRegs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a thread gets from the program that restores it into its own code: by a signal frame of its context. One that was
 * asleep makes its call again on the way, with the time that was left.
 *
 * @param frame room for the frame
 * @param sleep the time left and the code of the call, for those who need it
 */
record Leaving(TaskState task, Slot frame, Slot sleep) {
    private static final int TIMESPEC = 16;
    /** Those that a function leaves as they were. */
    private static final int[] PRESERVED = {
        UserRegs.RBX, UserRegs.RBP, UserRegs.R12, UserRegs.R13, UserRegs.R14, UserRegs.R15
    };

    /** Takes the room. */
    static Leaving of(ProgramBuilder p, TaskState task, XsaveLayout layout) {
        boolean sleeps = task.interruption() instanceof Interruption.Sleep;
        long frame = SignalFrame.size(task.xstate().toArray(), layout);
        return new Leaving(task, p.space(frame), p.space(sleeps ? TIMESPEC + SleepCode.SIZE : 0));
    }

    /**
     * Adds: a thread that waits for a lock has its id at hand already, to write it there when it gets it (glibc's
     * pthread_mutex_lock keeps it in a register across the wait).
     */
    void renameOwn(ProgramBuilder p) {
        if (!waitsForFutex(task)) {
            return;
        }
        long[] registers = task.registers().words();
        for (int register : PRESERVED) {
            if (registers[register] == task.tid()) {
                p.store8(frame.plus(SignalFrame.offsetOf(register)), p.id(task.tid()));
            }
        }
    }

    /** Whether a thread was in futex(2). */
    static boolean waitsForFutex(TaskState task) {
        return switch (task.interruption()) {
            case Interruption.Sleep(int number, long _) -> number == SYS_futex;
            case Interruption.None _, Interruption.Call _ -> task.registers().rax() == SYS_futex;
        };
    }

    /** Fills the room in the encoded program, which runs at {@code base}. */
    void fill(Program program, byte[] encoded, ExecutableRegion.Place place) {
        long base = place.program();
        XsaveLayout layout = place.layout();
        long[] registers = registers(program, encoded, base);
        if (Invocation.isAskedBy(task)) {
            registers[UserRegs.RIP] += UserRegs.SYSCALL_INSTRUCTION;
            registers[UserRegs.RAX] = place.answer();
        }
        long at = program.slotOffset(frame);
        byte[] bytes = SignalFrame.bytes(
                base + at,
                registers,
                task.signalMask(),
                task.signalStack(),
                task.xstate().toArray(),
                layout);
        if (bytes.length > frame.size()) {
            throw new IllegalStateException("a signal frame of " + bytes.length + " bytes");
        }
        System.arraycopy(bytes, 0, encoded, (int) at, bytes.length);
    }

    private long[] registers(Program program, byte[] encoded, long base) {
        long[] own = task.registers().words();
        return switch (task.interruption()) {
            case Interruption.None _, Interruption.Call _ -> own;
            case Interruption.Sleep interruption -> {
                InterruptedSleep slept = new InterruptedSleep(own, interruption);
                yield slept.hasRest() ? again(slept, interruption, program, encoded, base) : slept.anew();
            }
        };
    }

    private long[] again(
            InterruptedSleep slept, Interruption.Sleep interruption, Program program, byte[] encoded, long base) {
        long[] own = task.registers().words();
        int at = (int) program.slotOffset(sleep);
        ByteBuffer room = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        for (long word : slept.timespec()) {
            room.putLong(at, word);
            at += Long.BYTES;
        }
        byte[] code = SleepCode.of(interruption.number(), slept.argument(), own[slept.argument()], own[UserRegs.RIP]);
        room.put(at, code);
        long[] call = slept.call(base + at - TIMESPEC);
        call[UserRegs.RIP] = base + at;
        return call;
    }
}
