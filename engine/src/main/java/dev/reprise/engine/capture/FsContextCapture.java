package dev.reprise.engine.capture;

import dev.reprise.image.state.FsContext;
import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStatus;

/** A process's root, working directory and umask; both paths as we see them. */
final class FsContextCapture {
    private FsContextCapture() {}

    static FsContext take(int pid, ObjectId id, ProcStatus status) throws KernelException {
        return new FsContext(
                id, Proc.link("/proc/" + pid + "/root"), Proc.link("/proc/" + pid + "/cwd"), status.umask());
    }
}
