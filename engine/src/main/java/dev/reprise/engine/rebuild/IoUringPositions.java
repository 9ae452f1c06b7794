package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_io_uring_enter;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_io_uring_setup;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.program.Variable;
import dev.reprise.image.state.IoUring;
import dev.reprise.kernel.Mman;

/**
 * The positions of a new io_uring, which the kernel keeps for itself: moved on by requests that do nothing. A NOP moves both; where more
 * has been submitted than completed, NOPs without a completion (such a ring has had some already, and takes no IOSQE_IO_DRAIN any more);
 * where less, messages from a second ring. Pure.
 */
final class IoUringPositions {
    /** Of the second ring. */
    private static final int MESSAGES = 64;

    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final int PAGE = 4096;

    private final ProgramBuilder p;
    private final IoUring ring;
    private final int number;
    private final Step rings;
    private final Step entries;
    private final String about;
    private final Variable submitted;
    private final Variable completed;

    /** {@code rings}, {@code entries}: where its memory is, all zeros but for what the kernel has written. */
    IoUringPositions(ProgramBuilder p, IoUring ring, int number, Step rings, Step entries, String about) {
        this.p = p;
        this.ring = ring;
        this.number = number;
        this.rings = rings;
        this.entries = entries;
        this.about = about;
        submitted = new Variable(p, 0);
        completed = new Variable(p, 0);
    }

    private int offset(int index) {
        return ring.offsets().get(index);
    }

    /** Adds the requests; false: the submission entries are no longer zeros. */
    boolean advance() {
        long submissions = Integer.toUnsignedLong(ring.sqPosition());
        long completions = Integer.toUnsignedLong(ring.cqPosition());
        long both = Math.min(submissions, completions);
        int most = Math.min(ring.sqEntries(), ring.cqEntries());
        batches(both, most, size -> {
            submit(size);
            consume(size);
        });
        if (submissions > both) {
            skipCompletions();
            batches(submissions - both, ring.sqEntries(), this::submit);
        }
        if (completions > both) {
            messages(completions - both);
        }
        p.require(submissions, p.load4(p.add(rings, Arg.of(offset(0))))).about(about + ", its submissions");
        p.require(completions, p.load4(p.add(rings, Arg.of(offset(3))))).about(about + ", its completions");
        return submissions == both;
    }

    /** What is done for so many requests. */
    @FunctionalInterface
    private interface Batch {
        void of(int size);
    }

    private void batches(long count, int most, Batch batch) {
        if (count >= most) {
            Variable left = new Variable(p, count / most);
            Label again = p.label();
            p.place(again);
            batch.of(most);
            left.add(-1);
            Label done = p.label();
            p.jumpIfEqual(left.value(), Arg.of(0), done);
            p.go(again);
            p.place(done);
        }
        if (count % most > 0) {
            batch.of((int) (count % most));
        }
    }

    // The array of indexes is zeros: it is the first entry each time.
    private void submit(int size) {
        submitted.add(size);
        p.store4(p.add(rings, Arg.of(offset(1))), submitted.value());
        enter(number, size);
    }

    private void enter(int descriptor, int size) {
        p.expect(size, SYS_io_uring_enter, Arg.of(descriptor), Arg.of(size), Arg.of(0), Arg.of(0), Arg.of(0), Arg.of(0))
                .about(about);
    }

    private void consume(int size) {
        completed.add(size);
        p.store4(p.add(rings, Arg.of(offset(2))), completed.value());
    }

    private void skipCompletions() {
        p.store4(entries, Arg.of(dev.reprise.kernel.IoUring.IOSQE_CQE_SKIP_SUCCESS << Byte.SIZE));
        if ((ring.setup() & dev.reprise.kernel.IoUring.IORING_SETUP_NO_SQARRAY) != 0) { // one entry after the other
            boolean large = (ring.setup() & dev.reprise.kernel.IoUring.IORING_SETUP_SQE128) != 0;
            int entry = large ? 2 * dev.reprise.kernel.IoUring.SQE_SIZE : dev.reprise.kernel.IoUring.SQE_SIZE;
            for (int size = entry; size < entry * ring.sqEntries(); size *= 2) {
                p.copy(p.add(entries, Arg.of(size)), entries, Arg.of(size));
            }
        }
    }

    private void messages(long count) {
        Step sender = p.call(SYS_io_uring_setup, Arg.of(MESSAGES), p.space(dev.reprise.kernel.IoUring.PARAMS_SIZE))
                .about(about);
        Step queue = map(sender, dev.reprise.kernel.IoUring.IORING_OFF_SQ_RING);
        Step message = map(sender, dev.reprise.kernel.IoUring.IORING_OFF_SQES);
        long silent = (long) dev.reprise.kernel.IoUring.IOSQE_CQE_SKIP_SUCCESS << Byte.SIZE;
        p.store8(
                message,
                Arg.of(dev.reprise.kernel.IoUring.IORING_OP_MSG_RING | silent | (long) number << Integer.SIZE));
        Variable sent = new Variable(p, 0);
        batches(count, Math.min(MESSAGES, ring.cqEntries()), size -> {
            sent.add(size);
            p.store4(p.add(queue, Arg.of(offset(1))), sent.value());
            p.expect(size, SYS_io_uring_enter, sender, Arg.of(size), Arg.of(0), Arg.of(0), Arg.of(0), Arg.of(0))
                    .about(about);
            if ((ring.setup() & dev.reprise.kernel.IoUring.IORING_SETUP_DEFER_TASKRUN) != 0) {
                p.call(SYS_io_uring_enter, number, 0, 0, dev.reprise.kernel.IoUring.IORING_ENTER_GETEVENTS, 0, 0)
                        .about(about);
            }
            consume(size);
        });
        p.call(SYS_munmap, queue, Arg.of(PAGE));
        p.call(SYS_munmap, message, Arg.of(PAGE));
        p.call(SYS_close, sender);
    }

    private Step map(Step descriptor, long offset) {
        return p.call(
                        SYS_mmap,
                        Arg.of(0),
                        Arg.of(PAGE),
                        Arg.of(READ_WRITE),
                        Arg.of(Mman.MAP_SHARED),
                        descriptor,
                        Arg.of(offset))
                .about(about);
    }
}
