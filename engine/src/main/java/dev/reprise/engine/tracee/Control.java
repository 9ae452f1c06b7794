package dev.reprise.engine.tracee;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.program.x86_64.ControlBlock;
import dev.reprise.kernel.Futex;
import dev.reprise.kernel.x86_64.UserRegs;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/** Our side of a thread's control block: its own context, the programs it gets, what it has done. */
public final class Control {
    private static final VarHandle WORD = JAVA_INT.varHandle();
    private static final int[] CONTEXT = {
        UserRegs.RAX,
        UserRegs.RBX,
        UserRegs.RCX,
        UserRegs.RDX,
        UserRegs.RSI,
        UserRegs.RDI,
        UserRegs.RBP,
        UserRegs.R8,
        UserRegs.R9,
        UserRegs.R10,
        UserRegs.R11,
        UserRegs.R12,
        UserRegs.R13,
        UserRegs.R14,
        UserRegs.R15
    };
    private static final int WAITER = 24;
    private static final int WAITER_ADDRESS = 8;
    private static final int WAITER_FLAGS = 16;

    private final Segment segment;
    private final MemorySegment block;
    private final long address;
    private int submitted;
    private Program program = new ProgramBuilder().build();
    private long programAddress;

    Control(Segment segment, MemorySegment block, long address, int lifeValue) {
        this.segment = segment;
        this.block = block;
        this.address = address;
        submitted = block.get(JAVA_INT, ControlBlock.COMMAND); // of one that has worked for others
        block.set(JAVA_LONG, ControlBlock.LIFE, segment.lifeAddress());
        block.set(JAVA_LONG, ControlBlock.INTERPRETER, segment.interpreterAddress());
        waiter(0, 0, address + ControlBlock.COMMAND);
        waiter(1, Integer.toUnsignedLong(lifeValue), segment.lifeAddress());
    }

    private void waiter(int index, long value, long word) {
        long at = ControlBlock.WAITERS + (long) index * WAITER;
        block.set(JAVA_LONG, at, value);
        block.set(JAVA_LONG, at + WAITER_ADDRESS, word);
        block.set(JAVA_LONG, at + WAITER_FLAGS, ControlBlock.FUTEX2_SIZE_U32);
    }

    /** Its address in the tracee. */
    public long address() {
        return address;
    }

    /** Memory for a structure that a call of the thread reads, at {@link ControlBlock#SCRATCH}. */
    public MemorySegment scratch() {
        return block.asSlice(ControlBlock.SCRATCH, ControlBlock.HOME_ENTRIES - ControlBlock.SCRATCH);
    }

    /** Where the thread enters. */
    long bootAddress() {
        return address + ControlBlock.BOOT;
    }

    /** What the home stub will load: registers (words of user_regs_struct) and signal mask. */
    void setContext(long[] registers, long mask) {
        block.set(JAVA_LONG, ControlBlock.CONTEXT_RSP, registers[UserRegs.RSP]);
        block.set(JAVA_LONG, ControlBlock.CONTEXT_MASK, mask);
        block.set(JAVA_LONG, ControlBlock.CONTEXT_FLAGS, registers[UserRegs.EFLAGS] & ~UserRegs.EFLAGS_TF);
        block.set(JAVA_LONG, ControlBlock.CONTEXT_RIP, registers[UserRegs.RIP]);
        for (int i = 0; i < CONTEXT.length; i++) {
            block.set(JAVA_LONG, ControlBlock.CONTEXT_REGISTERS + 8L * i, registers[CONTEXT[i]]);
        }
    }

    /** Where the home program's entries stand. */
    void setHomeProgram(Program home) {
        if (home.size() > ControlBlock.ENTRIES - ControlBlock.HOME_ENTRIES) {
            throw new IllegalStateException("home program of " + home.size() + " bytes");
        }
        long at = address + ControlBlock.HOME_ENTRIES;
        segment.putAt(at, home.encode(at));
        setHomeAt(at);
    }

    /** A home program that stands elsewhere. */
    public void setHomeAt(long entry) {
        block.set(JAVA_LONG, ControlBlock.HOME_PROGRAM, entry);
    }

    /** Lays out the thread's next program in its own control block (small ones). */
    public void place(Program next) {
        if (next.size() > ControlBlock.SIZE - ControlBlock.ENTRIES) {
            throw new IllegalStateException("program of " + next.size() + " bytes in a control block");
        }
        placeAt(next, address + ControlBlock.ENTRIES);
    }

    /** Lays out the thread's next program at an address of the segment. */
    public void placeAt(Program next, long at) {
        segment.putAt(at, next.encode(at));
        program = next;
        programAddress = at;
        block.set(JAVA_LONG, ControlBlock.PROGRAM, at);
    }

    /** The thread runs a program that somebody else has been given, and that lies at an address of the segment. */
    public void follow(Program running, long at) {
        program = running;
        programAddress = at;
        startWithoutCommand();
    }

    /** The thread will find its program on its own way in: command and current are the same. */
    public void startWithoutCommand() {
        submitted = 1;
        block.set(JAVA_INT, ControlBlock.COMMAND, 1);
        block.set(JAVA_INT, ControlBlock.CURRENT, 1);
        block.set(JAVA_INT, ControlBlock.DONE, 0);
    }

    /** Lets the parked thread run the placed program. */
    public void submit() {
        submitted++;
        WORD.setVolatile(block, (long) ControlBlock.COMMAND, submitted);
        Futex.wake(block.asSlice(ControlBlock.COMMAND, 4), 1);
    }

    /** Whether the last submitted program is done. */
    public boolean isDone() {
        return (int) WORD.getVolatile(block, (long) ControlBlock.DONE) == submitted;
    }

    /** Sleeps until something is done, at most so long. */
    public void awaitChange(long nanos) {
        int seen = (int) WORD.getVolatile(block, (long) ControlBlock.DONE);
        if (seen != submitted) {
            Futex.await(block.asSlice(ControlBlock.DONE, 4), seen, nanos);
        }
    }

    /** The index of the entry at which the program stopped. */
    public int stoppedAt() {
        return (int) ((block.get(JAVA_LONG, ControlBlock.STOPPED_AT) - programAddress) / Program.entryOffset(1));
    }

    /** The program that was placed last. */
    public Program program() {
        return program;
    }

    /** The placed program's results. */
    public ProgramResults results() {
        Program ran = program;
        long at = programAddress;
        return new ProgramResults() {
            @Override
            public long result(Step step) {
                return segment.at(at + ran.resultOffset(step), 8).get(JAVA_LONG, 0);
            }

            @Override
            public MemorySegment slot(Slot slot) {
                return segment.at(at + ran.slotOffset(slot), slot.size());
            }
        };
    }

    /** The result at an entry. */
    public long resultAt(int index) {
        return segment.at(programAddress + Program.entryOffset(index + 1) - 8, 8)
                .get(JAVA_LONG, 0);
    }
}
