package dev.reprise.engine.capture;

import dev.reprise.image.state.FileAttributes;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.Ownership;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FdInfo;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.PidFd;
import dev.reprise.kernel.Proc;

/** A descriptor of the process that is looked at, with a descriptor of ours for the same open file description. */
final class LiveDescriptor implements AutoCloseable {

    private final int pid;
    private final int number;
    private final String link;
    private final FdInfo info;
    private final Fd copy;
    private final FileStatus status;

    private LiveDescriptor(int pid, int number, String link, FdInfo info, Fd copy, FileStatus status) {
        this.pid = pid;
        this.number = number;
        this.link = link;
        this.info = info;
        this.copy = copy;
        this.status = status;
    }

    static LiveDescriptor open(PidFd process, int pid, int number, String link, FdInfo info) throws KernelException {
        Fd copy = process.copy(number);
        try {
            return new LiveDescriptor(pid, number, link, info, copy, FileStatus.of(copy));
        } catch (KernelException failed) {
            copy.close();
            throw failed;
        }
    }

    /** Whether what it was seen as is still true of it: a running process may have put another file there meanwhile. */
    boolean isAsSeen() throws KernelException {
        return Proc.link("/proc/self/fd/" + copy.number()).equals(link)
                && FdInfo.of(Proc.ownPid(), copy.number()).inode() == info.inode();
    }

    /** The process, by a thread of it that lives. */
    int pid() {
        return pid;
    }

    /** The process for the user. */
    String processText() {
        return "process " + pid + " (" + ProcessLook.name(Integer.toString(pid)) + ")";
    }

    int number() {
        return number;
    }

    /** What /proc/PID/fd/N leads to, in the kernel's words. */
    String link() {
        return link;
    }

    FdInfo info() {
        return info;
    }

    Fd copy() {
        return copy;
    }

    FileStatus status() {
        return status;
    }

    /** The file type, S_IF*. */
    int type() {
        return status.mode() & Fcntl.S_IFMT;
    }

    boolean isPathOnly() {
        return (info.flags() & Fcntl.O_PATH) != 0;
    }

    /** The file as it is now, by its name. */
    FileIdentity identity() {
        boolean isRemade = type() == Fcntl.S_IFIFO || type() != Fcntl.S_IFREG && isDeleted();
        return new FileIdentity(
                link,
                (int) status.device(),
                status.inode(),
                status.size(),
                status.mtimeNanos(),
                status.mode(),
                "",
                ownership(),
                isRemade ? status.atimeNanos() : FileAttributes.UNKNOWN_TIME);
    }

    Ownership ownership() {
        return new Ownership(status.uid(), status.gid());
    }

    /** Whether it has no name at all any more. */
    boolean isDeleted() {
        return status.links() == 0 && link.endsWith(FileIdentity.DELETED) && !isNamed(link);
    }

    private boolean isNamed(String path) {
        try {
            return FileStatus.ofLink(path).isSameFile(status);
        } catch (KernelException gone) {
            return false;
        }
    }

    /** Why its name does not lead to it; empty when it does. */
    String whyNameless() {
        if (link.endsWith(FileIdentity.DELETED)) {
            return isNamed(link)
                    ? "its name ends like the kernel's mark of a deleted file"
                    : "the file has been deleted";
        }
        if (!link.startsWith("/")) {
            return "it has no name in the file system";
        }
        try {
            FileStatus named = isPathOnly() ? FileStatus.ofLink(link) : FileStatus.of(link);
            return named.isSameFile(status) ? "" : "its name leads to another file by now";
        } catch (KernelException gone) {
            return "its name does not lead to it: " + gone.errno().text();
        }
    }

    @Override
    public void close() {
        copy.close();
    }
}
