package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_bpf;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** bpf(2), and the loading of programs by it. */
final class Bpf {
    private static final int PROG_LOAD = 5;
    private static final int ATTRIBUTES = 120;
    // union bpf_attr of BPF_PROG_LOAD: u32 type, count; u64 instructions, license
    private static final int INSTRUCTIONS = 8;
    private static final int LICENSE = 16;
    /** Of the programs that are loaded; the kernel lets no other read its memory. */
    private static final String DUAL = "Dual MIT/GPL";

    private Bpf() {}

    /** Loads a program; {@code more} sets what its type has beside that, in union bpf_attr. */
    static Fd load(int type, long[] code, Consumer<MemorySegment> more) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment instructions = arena.allocate((long) Long.BYTES * code.length, Long.BYTES);
            MemorySegment.copy(code, 0, instructions, JAVA_LONG, 0, code.length);
            MemorySegment attributes = arena.allocate(ATTRIBUTES, Long.BYTES);
            attributes.set(JAVA_INT, 0, type);
            attributes.set(JAVA_INT, 4, code.length);
            attributes.set(JAVA_LONG, INSTRUCTIONS, instructions.address());
            attributes.set(JAVA_LONG, LICENSE, Native.string(arena, DUAL).address());
            more.accept(attributes);
            return new Fd(call(PROG_LOAD, "BPF_PROG_LOAD", attributes));
        }
    }

    /** A command with its part of union bpf_attr. */
    static long call(int command, String name, MemorySegment attributes) throws KernelException {
        long result;
        do { // the verifier gives up when a signal comes (kernel/bpf/verifier.c, do_check): one of the JVM's
            result = Door.call(SYS_bpf, command, attributes.address(), attributes.byteSize());
        } while (Door.isError(result) && Errno.of(result) == Errno.EAGAIN);
        return Door.require(result, "bpf", name);
    }
}
