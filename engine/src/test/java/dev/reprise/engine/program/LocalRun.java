package dev.reprise.engine.program;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.reprise.engine.program.x86_64.ControlBlock;
import dev.reprise.engine.program.x86_64.Interpreter;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.HexFormat;

/** Runs a program in the test's own thread: a trampoline saves what a C function must, a last jump leads back. */
final class LocalRun implements AutoCloseable {
    private static final int SIZE = 1 << 20;
    private static final int TRAMPOLINE = 0x2000;
    private static final int CONTROL = 0x3000;
    private static final int PROGRAM = 0x10000;
    // push rbx rbp r12 r13 r14 r15; mov rbx,rdi; mov r13,rsi; jmp rdx
    private static final byte[] ENTER = HexFormat.of().parseHex("53554154415541564157" + "4889fb" + "4989f5" + "ffe2");
    // pop r15 r14 r13 r12 rbp rbx; ret
    private static final byte[] LEAVE = HexFormat.of().parseHex("415f415e415d415c5d5b" + "c3");

    final MemorySegment memory;
    private final Program program;
    private final long base;

    /** {@code body} ends by a jump to the address it is given. */
    LocalRun(java.util.function.BiConsumer<ProgramBuilder, Arg> body) throws KernelException {
        long address = Door.require(Door.call(SyscallNumbers.SYS_mmap, 0, SIZE, 7, 0x22, -1, 0), "mmap", "");
        memory = Native.at(address, SIZE);
        put(0, Interpreter.code());
        put(TRAMPOLINE, ENTER);
        put(TRAMPOLINE + 0x100, LEAVE);
        base = address + PROGRAM;
        ProgramBuilder builder = new ProgramBuilder();
        body.accept(builder, Arg.of(address + TRAMPOLINE + 0x100));
        program = builder.build();
        put(PROGRAM, program.encode(base));
        memory.set(JAVA_LONG, CONTROL + ControlBlock.LIFE, life().address());
    }

    MemorySegment life() {
        return memory.asSlice(CONTROL + 0x800, 8);
    }

    private void put(long at, byte[] bytes) {
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, at, bytes.length);
    }

    @SuppressWarnings("restricted")
    LocalRun run() throws Throwable {
        MethodHandle enter = Linker.nativeLinker()
                .downcallHandle(memory.asSlice(TRAMPOLINE), FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG));
        enter.invokeExact(base, memory.address() + CONTROL, memory.address() + Interpreter.LOOP);
        return this;
    }

    long result(Step step) {
        return memory.get(JAVA_LONG_UNALIGNED, PROGRAM + program.resultOffset(step));
    }

    MemorySegment slot(Slot slot) {
        return memory.asSlice(PROGRAM + program.slotOffset(slot), slot.size());
    }

    long addressOf(Slot slot) {
        return base + program.slotOffset(slot);
    }

    @Override
    public void close() {
        Door.call(SyscallNumbers.SYS_munmap, memory.address(), SIZE);
    }
}
