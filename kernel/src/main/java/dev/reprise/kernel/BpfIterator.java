package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_read;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A BPF program that the kernel runs for a task or each of its open files while we read (Documentation/bpf/bpf_iterators.rst). Takes
 * CAP_BPF and CAP_PERFMON (Linux 6.1 for one process). It is gone when it is closed, or we are.
 */
public final class BpfIterator implements AutoCloseable {
    private static final int BPF_LINK_CREATE = 28;
    private static final int BPF_ITER_CREATE = 33;
    private static final int BPF_PROG_TYPE_TRACING = 26;
    private static final int BPF_TRACE_ITER = 28;
    private static final int ATTRIBUTES = 120;
    // union bpf_attr, for BPF_PROG_LOAD
    private static final int EXPECTED_ATTACH_TYPE = 68;
    private static final int ATTACH_BTF_ID = 108;
    // for BPF_LINK_CREATE
    private static final int ITER_INFO = 16;
    private static final int ITER_INFO_LEN = 24;
    // union bpf_iter_link_info, its member task: u32 tid, pid, pid_fd
    private static final int LINK_INFO = 16;
    private static final int BUFFER = 1 << 15;

    private final Fd program;

    /** Loads one for the iterator of which the type information names the function. */
    BpfIterator(int function, BpfProgram program) throws KernelException {
        this.program = Bpf.load(BPF_PROG_TYPE_TRACING, program.build(), attributes -> {
            attributes.set(JAVA_INT, EXPECTED_ATTACH_TYPE, BPF_TRACE_ITER);
            attributes.set(JAVA_INT, ATTACH_BTF_ID, function);
        });
    }

    /** What it tells of one task, or of the open files in its table. */
    ByteBuffer ofTask(int tid) throws KernelException {
        try (Arena arena = Arena.ofConfined();
                Fd link = link(arena, tid);
                Fd reader = reader(arena, link)) {
            ByteArrayOutputStream told = new ByteArrayOutputStream();
            MemorySegment buffer = arena.allocate(BUFFER, Long.BYTES);
            while (true) {
                long length = Door.require(
                        Door.call(SYS_read, reader.number(), buffer.address(), BUFFER), "read", "BPF iterator");
                if (length == 0) {
                    return ByteBuffer.wrap(told.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
                }
                told.writeBytes(buffer.asSlice(0, length).toArray(JAVA_BYTE));
            }
        }
    }

    private Fd link(Arena arena, int tid) throws KernelException {
        MemorySegment task = arena.allocate(LINK_INFO, Long.BYTES);
        task.set(JAVA_INT, 0, tid);
        MemorySegment attributes = arena.allocate(ATTRIBUTES, Long.BYTES);
        attributes.set(JAVA_INT, 0, program.number());
        attributes.set(JAVA_INT, 8, BPF_TRACE_ITER);
        attributes.set(JAVA_LONG, ITER_INFO, task.address());
        attributes.set(JAVA_INT, ITER_INFO_LEN, LINK_INFO);
        return new Fd(Bpf.call(BPF_LINK_CREATE, "BPF_LINK_CREATE", attributes.asSlice(0, 32)));
    }

    private static Fd reader(Arena arena, Fd link) throws KernelException {
        MemorySegment attributes = arena.allocate(Long.BYTES, Long.BYTES);
        attributes.set(JAVA_INT, 0, link.number());
        return new Fd(Bpf.call(BPF_ITER_CREATE, "BPF_ITER_CREATE", attributes));
    }

    @Override
    public void close() {
        program.close();
    }
}
