package dev.reprise.engine.capture;

import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;

/** What a running process closes or ends between two looks at it. */
final class Gone {
    private Gone() {}

    /** Nothing, when the failure says that the thing is not there any more; else the failure again. */
    static void requireGone(KernelException failure) throws KernelException {
        if (failure.errno() != Errno.ENOENT && failure.errno() != Errno.EBADF && failure.errno() != Errno.ESRCH) {
            throw failure;
        }
    }
}
