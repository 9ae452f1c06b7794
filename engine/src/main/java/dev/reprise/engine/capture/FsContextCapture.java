package dev.reprise.engine.capture;

import dev.reprise.image.state.FileAttributes;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.FsContext;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Ownership;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStatus;

/** A process's root, working directory and umask; both paths as we see them. */
final class FsContextCapture {
    private FsContextCapture() {}

    private static FileIdentity directory(String path, FileStatus status) {
        return new FileIdentity(
                path,
                (int) status.device(),
                status.inode(),
                status.size(),
                status.mtimeNanos(),
                status.mode(),
                "",
                new Ownership(status.uid(), status.gid()),
                path.endsWith(FileIdentity.DELETED) ? status.atimeNanos() : FileAttributes.UNKNOWN_TIME);
    }

    static FsContext take(int pid, ObjectId id, ProcStatus status) throws KernelException {
        String root = Proc.link("/proc/" + pid + "/root");
        String link = "/proc/" + pid + "/cwd";
        return new FsContext(id, root, directory(Proc.link(link), FileStatus.of(link)), status.umask());
    }
}
