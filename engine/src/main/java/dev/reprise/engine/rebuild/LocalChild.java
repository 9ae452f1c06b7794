package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clone3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.program.x86_64.Interpreter;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.Signal;
import dev.reprise.kernel.WaitStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A child of ours that runs a program in our own memory until it executes a file or exits (CLONE_VM, mostly CLONE_VFORK):
 * the only way to a new process that forks no Java heap and that the JVM's process reaper never hears of.
 *
 * <pre>
 *   0000  interpreter
 *   1000  program
 *         stack: one word is used, the address of the first entry
 * </pre>
 */
final class LocalChild implements AutoCloseable {
    private static final int SIZE = 1 << 16;
    private static final int PROGRAM = 0x1000;
    private static final int STACK = SIZE - 0x1000;
    private static final int READ_WRITE_EXECUTE = 7;
    private static final int PRIVATE_ANONYMOUS = 0x22;

    private final MemorySegment memory;
    private final Program program;

    /** A program without steps that can stop: what fails is found in the results. */
    LocalChild(Program program) throws KernelException {
        this.program = program;
        memory = Native.at(
                Door.require(
                        Door.call(SYS_mmap, 0, SIZE, READ_WRITE_EXECUTE, PRIVATE_ANONYMOUS, -1, 0), "mmap", "spawn"),
                SIZE);
        put(0, Interpreter.code());
        put(PROGRAM, program.encode(memory.address() + PROGRAM));
    }

    private void put(long offset, byte[] bytes) {
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, offset, bytes.length);
    }

    /** Runs it; returns the child's pid when it has executed a file or exited. */
    int start(long flags, int exitSignal, int... pids) throws KernelException {
        return clone(flags | CloneArgs.CLONE_VFORK, exitSignal, pids);
    }

    /** Runs it while we go on; this is to be closed when the child has ended. */
    int startBeside(int... pids) throws KernelException {
        return clone(CloneArgs.CLONE_CLEAR_SIGHAND, 0, pids);
    }

    /** The same, with our descriptors: they stay open until it ends, too. */
    int startBesideWithFiles() throws KernelException {
        return clone(CloneArgs.CLONE_CLEAR_SIGHAND | CloneArgs.CLONE_FILES, 0);
    }

    private int clone(long flags, int exitSignal, int... pids) throws KernelException {
        long top = STACK + 0xff0;
        // libc's syscall() returns in the child too: to the first word of its new stack
        memory.set(JAVA_LONG, top, memory.address() + Interpreter.SPAWNED);
        memory.set(JAVA_LONG, top + 8, memory.address() + PROGRAM);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment args = arena.allocate(CloneArgs.SIZE, 8);
            args.set(JAVA_LONG, CloneArgs.FLAGS, flags | CloneArgs.CLONE_VM);
            args.set(JAVA_LONG, CloneArgs.EXIT_SIGNAL, exitSignal);
            args.set(JAVA_LONG, CloneArgs.STACK, memory.address() + STACK);
            args.set(JAVA_LONG, CloneArgs.STACK_SIZE, top - STACK);
            if (pids.length > 0) {
                args.set(
                        JAVA_LONG,
                        CloneArgs.SET_TID,
                        arena.allocateFrom(JAVA_INT, pids).address());
                args.set(JAVA_LONG, CloneArgs.SET_TID_SIZE, pids.length);
            }
            String wanted = pids.length > 0 ? "pid " + pids[0] : "any pid";
            return (int) Door.require(Door.call(SYS_clone3, args.address(), CloneArgs.SIZE), "clone3", wanted);
        }
    }

    /** Ends one that runs beside us, and waits for that. */
    static void end(int pid) {
        Door.call(SYS_kill, pid, Signal.SIGKILL);
        try {
            WaitStatus.of(pid);
        } catch (KernelException gone) {
            // as wanted
        }
    }

    /** What a step returned in the child. */
    long result(Step step) {
        return memory.get(JAVA_LONG, PROGRAM + program.resultOffset(step));
    }

    /** What it left behind. */
    ProgramResults results() {
        return new ProgramResults() {
            @Override
            public long result(Step step) {
                return LocalChild.this.result(step);
            }

            @Override
            public MemorySegment slot(Slot slot) {
                return memory.asSlice(PROGRAM + program.slotOffset(slot), slot.size());
            }
        };
    }

    @Override
    public void close() {
        Door.call(SYS_munmap, memory.address(), SIZE);
    }
}
