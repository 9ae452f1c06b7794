package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_io_uring_register;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_io_uring_setup;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.IoUring;
import dev.reprise.kernel.Mman;
import java.util.Arrays;
import java.util.List;

/**
 * io_urings: made with the other descriptors, before there is memory; brought to their positions and contents last, by the thread
 * that alone may use them (docs/decisions/0011-idle-kernel-queues.md). Pure.
 */
final class IoUringRebuild {
    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    // As the offsets of the record.
    private static final List<Integer> PARAMS_OFFSETS = List.of(
            dev.reprise.kernel.IoUring.PARAMS_SQ_HEAD,
            dev.reprise.kernel.IoUring.PARAMS_SQ_TAIL,
            dev.reprise.kernel.IoUring.PARAMS_CQ_HEAD,
            dev.reprise.kernel.IoUring.PARAMS_CQ_TAIL,
            dev.reprise.kernel.IoUring.PARAMS_CQES,
            dev.reprise.kernel.IoUring.PARAMS_SQ_ARRAY);

    private final ProgramBuilder p;
    private final OpenFiles files;

    IoUringRebuild(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
    }

    void create(IoUring ring) {
        String about = about(ring);
        Slot params = p.space(dev.reprise.kernel.IoUring.PARAMS_SIZE);
        // who makes it would be the only one to use it
        int disabled = isOneThreads(ring) ? dev.reprise.kernel.IoUring.IORING_SETUP_R_DISABLED : 0;
        p.store4(params.plus(dev.reprise.kernel.IoUring.PARAMS_FLAGS), Arg.of(ring.setup() | disabled));
        p.store4(params.plus(dev.reprise.kernel.IoUring.PARAMS_CQ_ENTRIES), Arg.of(ring.cqEntries()));
        Step made = p.call(SYS_io_uring_setup, Arg.of(ring.sqEntries()), params).about(about);
        for (int i = 0; i < PARAMS_OFFSETS.size(); i++) {
            p.require(ring.offsets().get(i), p.load4(params.plus(PARAMS_OFFSETS.get(i))))
                    .about(about + ": this kernel lays it out in another way");
        }
        files.place(p, made, ring);
        files.setFlags(p, ring);
    }

    /** Whether it is a thread's business. */
    static boolean isOf(IoUring ring, int tid, boolean isLeader) {
        return ring.submitter() == tid || isLeader && ring.submitter() == 0;
    }

    private static boolean isOneThreads(IoUring ring) {
        return (ring.setup() & dev.reprise.kernel.IoUring.IORING_SETUP_SINGLE_ISSUER) != 0;
    }

    private static boolean isDisabled(IoUring ring) {
        return (ring.setup() & dev.reprise.kernel.IoUring.IORING_SETUP_R_DISABLED) != 0;
    }

    /** Adds, in the thread's own program: it is as it was. */
    void settle(IoUring ring) {
        String about = about(ring);
        int number = files.numberOf(ring);
        if (isOneThreads(ring) && !isDisabled(ring)) {
            p.call(SYS_io_uring_register, number, dev.reprise.kernel.IoUring.IORING_REGISTER_ENABLE_RINGS, 0, 0)
                    .about(about);
        }
        Step rings = map(number, ring.ringBytes(), dev.reprise.kernel.IoUring.IORING_OFF_SQ_RING, about);
        Step entries = map(number, ring.entryBytes(), dev.reprise.kernel.IoUring.IORING_OFF_SQES, about);
        boolean clean = isDisabled(ring) || new IoUringPositions(p, ring, number, rings, entries, about).advance();
        write(rings, ring.rings(), ring.rings().length());
        write(entries, ring.entries(), clean ? ring.entries().length() : ring.entryBytes());
        p.call(SYS_munmap, rings, Arg.of(ring.ringBytes()));
        p.call(SYS_munmap, entries, Arg.of(ring.entryBytes()));
    }

    private Step map(int number, int bytes, long offset, String about) {
        return p.call(SYS_mmap, 0, bytes, READ_WRITE, Mman.MAP_SHARED | Mman.MAP_POPULATE, number, offset)
                .about(about);
    }

    private void write(Step to, Bytes content, int length) {
        if (length > 0) {
            p.copy(to, p.bytes(Arrays.copyOf(content.toArray(), length)), Arg.of(length));
        }
    }

    private String about(IoUring ring) {
        return "io_uring of descriptor " + files.numberOf(ring);
    }
}
