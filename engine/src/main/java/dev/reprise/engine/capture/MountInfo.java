package dev.reprise.engine.capture;

import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;

/** /proc/PID/mountinfo. */
final class MountInfo {
    private MountInfo() {}

    /** Its text; ESRCH, too, for a process that has given up its namespaces on its way out (the kernel says EINVAL). */
    static String of(int pid) throws KernelException {
        String path = "/proc/" + pid + "/mountinfo";
        try {
            return Proc.text(path);
        } catch (KernelException failed) {
            throw failed.errno() == Errno.EINVAL ? new KernelException("open", path, Errno.ESRCH) : failed;
        }
    }
}
