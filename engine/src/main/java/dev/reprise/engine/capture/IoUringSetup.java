package dev.reprise.engine.capture;

import dev.reprise.kernel.IoUring;
import dev.reprise.kernel.IoUringContext;
import java.util.ArrayList;
import java.util.List;

/** The flags that an io_uring is made with again. */
final class IoUringSetup {
    /** Those that change nothing about a ring that is there: how its sizes were found; a pool of workers that has been a process's own since 5.12. */
    private static final int WITHOUT_EFFECT = IoUring.IORING_SETUP_CLAMP | IoUring.IORING_SETUP_ATTACH_WQ;

    private static final int SUPPORTED = WITHOUT_EFFECT
            | IoUring.IORING_SETUP_CQSIZE
            | IoUring.IORING_SETUP_R_DISABLED
            | IoUring.IORING_SETUP_SUBMIT_ALL
            | IoUring.IORING_SETUP_COOP_TASKRUN
            | IoUring.IORING_SETUP_TASKRUN_FLAG
            | IoUring.IORING_SETUP_SQE128
            | IoUring.IORING_SETUP_CQE32
            | IoUring.IORING_SETUP_SINGLE_ISSUER
            | IoUring.IORING_SETUP_DEFER_TASKRUN
            | IoUring.IORING_SETUP_NO_SQARRAY;

    private IoUringSetup() {}

    /** The names of those that cannot be had again. */
    static List<String> unsupported(IoUringContext ring) {
        List<String> names = new ArrayList<>(0);
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            if ((ring.flags() & ~SUPPORTED & 1 << bit) != 0) {
                names.add(
                        bit < IoUring.SETUP_FLAGS.size()
                                ? "IORING_SETUP_" + IoUring.SETUP_FLAGS.get(bit)
                                : "flag " + bit);
            }
        }
        return names;
    }

    /** Those for io_uring_setup(2). */
    static int of(IoUringContext ring) {
        boolean isUsual = ring.cqEntries() == 2 * ring.sqEntries();
        return ring.flags() & ~WITHOUT_EFFECT | (isUsual ? 0 : IoUring.IORING_SETUP_CQSIZE);
    }
}
