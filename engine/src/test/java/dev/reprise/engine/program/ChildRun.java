package dev.reprise.engine.program;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.reprise.engine.program.x86_64.ControlBlock;
import dev.reprise.engine.program.x86_64.Interpreter;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.Signal;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.HexFormat;
import java.util.function.Consumer;

/**
 * Runs a program in a process of its own, a fork of the test's thread that never returns to Java. All signals are
 * blocked in it, as they are where programs run for real; at its end it stops, to be looked at from outside.
 */
public final class ChildRun implements AutoCloseable, ProgramResults {
    private static final int SIZE = 1 << 20;
    private static final int TRAMPOLINE = 0x2000;
    private static final int CONTROL = 0x3000;
    private static final int HOME = 0x4000;
    private static final int PROGRAM = 0x10000;
    private static final int PROT_ALL = 7;
    private static final int MAP_SHARED_ANONYMOUS = 0x21;
    private static final int WUNTRACED = 2;
    private static final int FAILED = 99;
    private static final byte[] ENTER = HexFormat.of().parseHex("53554154415541564157" + "4889fb" + "4989f5" + "ffe2");
    private static final byte[] LEAVE = HexFormat.of().parseHex("415f415e415d415c5d5b" + "c3");

    private final MemorySegment memory;
    private final Program program;
    private final long base;
    private final int pid;

    /** Runs what {@code body} adds; an entry that stops the program is an {@link AssertionError} that names it. */
    public ChildRun(Consumer<ProgramBuilder> body) throws KernelException {
        long address = Door.require(
                Door.call(SyscallNumbers.SYS_mmap, 0, SIZE, PROT_ALL, MAP_SHARED_ANONYMOUS, -1, 0), "mmap", "");
        memory = Native.at(address, SIZE);
        base = address + PROGRAM;
        put(0, Interpreter.code());
        put(TRAMPOLINE, ENTER);
        put(TRAMPOLINE + 0x100, LEAVE);
        memory.set(JAVA_LONG, CONTROL + ControlBlock.LIFE, address + CONTROL + 0x800);
        // Where a program that was stopped by an error goes.
        memory.set(JAVA_INT, CONTROL + 0x800, ControlBlock.OWNER_DIED);
        ProgramBuilder home = new ProgramBuilder();
        home.call(SyscallNumbers.SYS_exit_group, FAILED);
        put(HOME, home.build().encode(address + HOME));
        memory.set(JAVA_LONG, CONTROL + ControlBlock.HOME_PROGRAM, address + HOME);

        ProgramBuilder p = new ProgramBuilder();
        Label child = p.label();
        Step fork = p.fork(SyscallNumbers.SYS_fork, child);
        p.jump(Arg.of(address + TRAMPOLINE + 0x100));
        p.place(child);
        p.call(SyscallNumbers.SYS_rt_sigprocmask, Arg.of(2), p.longs(-1), Arg.of(0), Arg.of(Signal.SIGSET_SIZE));
        body.accept(p);
        Step self = p.call(SyscallNumbers.SYS_getpid);
        p.call(SyscallNumbers.SYS_kill, self, Arg.of(Signal.SIGSTOP));
        p.call(SyscallNumbers.SYS_exit_group, 0);
        program = p.build();
        put(PROGRAM, program.encode(base));
        run();
        pid = Math.toIntExact(result(fork));
        awaitStop();
    }

    private void put(long at, byte[] bytes) {
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, at, bytes.length);
    }

    @SuppressWarnings("restricted")
    private void run() {
        MethodHandle enter = Linker.nativeLinker()
                .downcallHandle(memory.asSlice(TRAMPOLINE), FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG));
        try {
            enter.invokeExact(base, memory.address() + CONTROL, memory.address() + Interpreter.LOOP);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private void awaitStop() throws KernelException {
        int status = await(WUNTRACED);
        if ((status & 0xff) != 0x7f) {
            int index = (int) ((memory.get(JAVA_LONG, CONTROL + ControlBlock.STOPPED_AT) - base) / Entry.SIZE);
            throw new AssertionError("status 0x" + Integer.toHexString(status) + " at " + program.describe(index) + ": "
                    + memory.get(JAVA_LONG, PROGRAM + Program.entryOffset(index) + Entry.RESULT));
        }
    }

    private int await(int options) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(8, 8);
            Door.require(
                    Door.call(SyscallNumbers.SYS_wait4, pid, status.address(), options | 0x40000000, 0),
                    "wait4",
                    "" + pid);
            return status.get(JAVA_INT, 0);
        }
    }

    /** The child, stopped. */
    public int pid() {
        return pid;
    }

    @Override
    public long result(Step step) {
        return memory.get(JAVA_LONG_UNALIGNED, PROGRAM + program.resultOffset(step));
    }

    @Override
    public MemorySegment slot(Slot slot) {
        return memory.asSlice(PROGRAM + program.slotOffset(slot), slot.size());
    }

    @Override
    public void close() throws KernelException {
        Door.call(SyscallNumbers.SYS_kill, pid, Signal.SIGKILL);
        await(0);
        Door.call(SyscallNumbers.SYS_munmap, memory.address(), SIZE);
    }
}
