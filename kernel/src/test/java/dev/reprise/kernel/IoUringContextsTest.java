package dev.reprise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** io_urings of our own, as the kernel sees them. */
class IoUringContextsTest {
    private static final int CAP_PERFMON = 38;
    private static final int CAP_BPF = 39;
    private static final int ENTRIES = 64;
    private static final byte POLL_ADD = 6;
    private static final int SIZE = 1 << 20;

    @BeforeEach
    void mayLook() throws KernelException {
        assumeThat(Capability.isEffective(CAP_BPF) && Capability.isEffective(CAP_PERFMON))
                .as("CAP_BPF and CAP_PERFMON")
                .isTrue();
    }

    private static Fd ring(Arena arena, int flags) throws KernelException {
        MemorySegment parameters = arena.allocate(IoUring.PARAMS_SIZE, Long.BYTES);
        parameters.set(JAVA_INT, IoUring.PARAMS_FLAGS, flags);
        return new Fd(Door.require(
                Door.call(SyscallNumbers.SYS_io_uring_setup, ENTRIES, parameters.address()), "io_uring_setup", ""));
    }

    private static MemorySegment map(Fd ring, long offset) throws KernelException {
        long address = Door.require(
                Door.call(SyscallNumbers.SYS_mmap, 0, SIZE, 3, Mman.MAP_SHARED, ring.number(), offset), "mmap", "");
        return Native.at(address, SIZE);
    }

    private static void submit(Fd ring, int count, byte operation, int descriptor) throws KernelException {
        MemorySegment head = map(ring, 0);
        MemorySegment entries = map(ring, IoUring.IORING_OFF_SQES);
        for (int i = 0; i < ENTRIES; i++) {
            entries.set(JAVA_BYTE, (long) i * IoUring.SQE_SIZE, operation);
            entries.set(JAVA_INT, (long) i * IoUring.SQE_SIZE + 4, descriptor);
            entries.set(JAVA_INT, (long) i * IoUring.SQE_SIZE + 28, 1); // POLLIN
        }
        head.set(JAVA_INT, 4, head.get(JAVA_INT, 4) + count);
        Door.require(
                Door.call(SyscallNumbers.SYS_io_uring_enter, ring.number(), count, 0, 0, 0, 0), "io_uring_enter", "");
        head.set(JAVA_INT, 8, head.get(JAVA_INT, 12));
        Door.call(SyscallNumbers.SYS_munmap, head.address(), SIZE);
        Door.call(SyscallNumbers.SYS_munmap, entries.address(), SIZE);
    }

    @Test
    void flagsAreThoseItWasMadeWith() throws Exception {
        IoUringContexts contexts = IoUringContexts.ofKernel();
        for (int flags : new int[] {
            0,
            1 << 7,
            3 << 8,
            IoUring.IORING_SETUP_SINGLE_ISSUER | IoUring.IORING_SETUP_DEFER_TASKRUN,
            IoUring.IORING_SETUP_NO_SQARRAY,
            IoUring.IORING_SETUP_SQE128,
            IoUring.IORING_SETUP_R_DISABLED
        }) {
            try (Arena arena = Arena.ofConfined();
                    Fd ring = ring(arena, flags)) {
                IoUringContext context =
                        contexts.of(Proc.ownPid(), ring.number()).orElseThrow();
                assertThat(context.flags() & 0xfffff).isEqualTo(flags);
                assertThat(context.sqEntries()).isEqualTo(ENTRIES);
                assertThat(context.cqEntries()).isEqualTo(2 * ENTRIES);
                assertThat(context.ringBytes()).isEqualTo(4096);
                assertThat(context.entryBytes()).isEqualTo(flags == IoUring.IORING_SETUP_SQE128 ? 8192 : 4096);
                assertThat(context.registered()).isEmpty();
                assertThat(context.hasOverflown()).isFalse();
                assertThat(context.hasWork()).isFalse();
                assertThat(context.arrayOffset() == 0).isEqualTo(flags == IoUring.IORING_SETUP_NO_SQARRAY);
            }
        }
    }

    @Test
    void requestsInFlightAreCounted() throws Exception {
        IoUringContexts contexts = IoUringContexts.ofKernel();
        try (Arena arena = Arena.ofConfined();
                Fd event = new Fd(Door.call(SyscallNumbers.SYS_eventfd2, 0, 0));
                Fd ring = ring(arena, 0)) {
            int done = 0;
            for (int waiting = 0; waiting < 60; waiting += 5) {
                IoUringContext context =
                        contexts.of(Proc.ownPid(), ring.number()).orElseThrow();
                assertThat(context.inFlight()).isEqualTo(waiting);
                assertThat(context.sqPosition()).isEqualTo(done + waiting);
                assertThat(context.cqPosition()).isEqualTo(done);
                submit(ring, 17, (byte) 0, 0);
                done += 17;
                submit(ring, 5, POLL_ADD, event.number());
            }
            MemorySegment one = arena.allocate(Long.BYTES);
            one.set(JAVA_LONG, 0, 1);
            Door.call(SyscallNumbers.SYS_write, event.number(), one.address(), Long.BYTES);
            submit(ring, 1, (byte) 0, 0);
            assertThat(contexts.of(Proc.ownPid(), ring.number()).orElseThrow().inFlight())
                    .isZero();
        }
    }

    @Test
    void theSubmitterIsATask() throws Exception {
        IoUringContexts contexts = IoUringContexts.ofKernel();
        int flags = IoUring.IORING_SETUP_SINGLE_ISSUER | IoUring.IORING_SETUP_DEFER_TASKRUN;
        try (Arena arena = Arena.ofConfined();
                Fd ring = ring(arena, flags)) {
            int tid = Futex.ownTid();
            IoUringContext context = contexts.of(Proc.ownPid(), ring.number()).orElseThrow();
            List<IoUringTask> tasks = contexts.tasks(List.of(tid));
            assertThat(tasks).singleElement().extracting(IoUringTask::address).isEqualTo(context.submitter());
            assertThat(tasks.getFirst().rings()).hasSize(16).containsOnly(0L);
        }
    }

    @Test
    void aDescriptorThatIsNotThereHasNone() throws Exception {
        assertThat(IoUringContexts.ofKernel().of(Proc.ownPid(), 99_999)).isEmpty();
    }
}
