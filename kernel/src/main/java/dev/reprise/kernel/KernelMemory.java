package dev.reprise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.kernel.Btf.Place;
import dev.reprise.kernel.Btf.UnknownLayoutException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Memory of the kernel's, read and never changed: what an open file of ours is in the kernel, and what hangs on it. A BPF program copies the
 * bytes at an address and fails where there are none. Takes CAP_BPF and CAP_PERFMON (Linux 5.14).
 */
public final class KernelMemory implements AutoCloseable {
    private static final int BPF_PROG_TEST_RUN = 10;
    private static final int BPF_PROG_TYPE_SYSCALL = 31;
    private static final int BPF_F_SLEEPABLE = 1 << 4;
    private static final int ATTRIBUTES = 120;
    // union bpf_attr of BPF_PROG_LOAD: u32 type, count; u64 instructions, license; u32 log level, size; u64 log; u32
    // version, flags
    private static final int FLAGS = 44;
    // of BPF_PROG_TEST_RUN
    private static final int CONTEXT_SIZE = 40;
    private static final int CONTEXT = 48;

    /** How much is read at a time; what is asked for lies in the kernel's map of all memory, so that there is more behind it. */
    private static final int CHUNK = 256;

    /** More than any structure or buffer has. */
    private static final int MOST = 1 << 24;

    // The program's context: what is there, u64 address (0: the task itself), u64 result. No helper writes there: the
    // frame is between.
    private static final int ADDRESS = CHUNK;
    private static final int RESULT = CHUNK + 8;
    private static final int SIZE = CHUNK + 16;

    private final Btf types;
    private final Fd program;
    private final Map<String, Place> places = new HashMap<>();
    private @Nullable PhysicalMemory physical;

    /** {@code types}: how this kernel lays things out. */
    public KernelMemory(Btf types) throws KernelException {
        this.types = types;
        program = Bpf.load(
                BPF_PROG_TYPE_SYSCALL, program(), attributes -> attributes.set(JAVA_INT, FLAGS, BPF_F_SLEEPABLE));
    }

    private static long[] program() {
        BpfProgram p = new BpfProgram();
        BpfProgram.Target task = new BpfProgram.Target();
        BpfProgram.Target end = new BpfProgram.Target();
        p.move(6, 1);
        p.load8(3, 6, ADDRESS);
        p.jumpIfEqual(3, 0, task);
        p.move(1, BpfProgram.FRAME);
        p.add(1, -CHUNK);
        p.set(2, CHUNK);
        p.readKernel();
        p.store8(6, RESULT, 0);
        for (int at = 0; at < CHUNK; at += Long.BYTES) {
            p.load8(1, BpfProgram.FRAME, at - CHUNK);
            p.store8(6, at, 1);
        }
        p.go(end);
        p.place(task);
        p.currentTask();
        p.store8(6, 0, 0);
        p.place(end);
        p.end();
        return p.build();
    }

    private ByteBuffer chunk(long address) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment context = arena.allocate(SIZE, Long.BYTES);
            context.set(JAVA_LONG, ADDRESS, address);
            MemorySegment attributes = arena.allocate(ATTRIBUTES, Long.BYTES);
            attributes.set(JAVA_INT, 0, program.number());
            attributes.set(JAVA_INT, CONTEXT_SIZE, (int) context.byteSize());
            attributes.set(JAVA_LONG, CONTEXT, context.address());
            Bpf.call(BPF_PROG_TEST_RUN, "BPF_PROG_TEST_RUN", attributes.asSlice(0, 80));
            Door.require(context.get(JAVA_LONG, RESULT), "bpf_probe_read_kernel", "");
            return ByteBuffer.wrap(Native.copy(context, CHUNK)).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** So many bytes at an address. */
    public byte[] read(long address, int length) throws KernelException {
        if (length < 0 || length > MOST) { // what was read before was no length
            Door.require(-Errno.EFAULT.code(), "bpf_probe_read_kernel", length + " bytes");
        }
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; at += CHUNK) {
            chunk(address + at).get(bytes, at, Math.min(CHUNK, length - at));
        }
        return bytes;
    }

    // The same; nothing where nothing is.
    byte[] peek(long address, int length) throws KernelException {
        try {
            return read(address, length);
        } catch (KernelException failed) {
            if (failed.errno() == Errno.EFAULT) {
                return new byte[0];
            }
            throw failed;
        }
    }

    /** The address of a page by that of its description (struct page). */
    public long page(long description) throws KernelException, UnknownLayoutException {
        PhysicalMemory known = physical;
        if (known == null) {
            known = PhysicalMemory.find(this, chunk(0).getLong(0));
            physical = known;
        }
        return known.page(description);
    }

    /** Where a structure has a member ("a.b": a member of a member). */
    public int offset(String struct, String path) throws UnknownLayoutException {
        return place(struct, path).offset();
    }

    /** How many bytes a structure takes. */
    public int size(String struct) throws UnknownLayoutException {
        return types.size(struct);
    }

    private Place place(String struct, String path) throws UnknownLayoutException {
        Place place = places.get(struct + " " + path);
        if (place == null) {
            place = types.place(struct, path);
            places.put(struct + " " + path, place);
        }
        return place;
    }

    /** The member of a structure at an address, a number or an address itself. */
    public long field(long address, String struct, String path) throws KernelException, UnknownLayoutException {
        Place place = place(struct, path);
        ByteBuffer there = chunk(address + place.offset());
        return place.of(
                switch (place.bytes()) {
                    case Byte.BYTES -> there.get(0) & 0xffL;
                    case Short.BYTES -> there.getShort(0) & 0xffffL;
                    case Integer.BYTES -> there.getInt(0) & 0xffffffffL;
                    default -> there.getLong(0);
                });
    }

    /** The open file (struct file) behind a descriptor of ours. */
    public long file(Fd fd) throws KernelException, UnknownLayoutException {
        long task = chunk(0).getLong(0);
        long table = field(field(task, "task_struct", "files"), "files_struct", "fdt");
        return chunk(field(table, "fdtable", "fd") + (long) Long.BYTES * fd.number())
                .getLong(0);
    }

    @Override
    public void close() {
        program.close();
    }
}
