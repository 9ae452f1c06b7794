package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;

import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.Socket;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.Ioctl;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.nio.charset.StandardCharsets;

/** The file that a UNIX socket is bound to, found by the socket itself (SIOCUNIXFILE), not by its name. */
record UnixName(FileIdentity file, Ownership ownership) {
    /** Of a socket that is bound to no file: unbound, or to an abstract name. */
    static final UnixName NONE = new UnixName(Socket.NO_FILE, Ownership.ROOT);

    private static final int PATH_AT = 2;

    static UnixName of(LiveDescriptor d, byte[] address) throws KernelException {
        if (!isPath(address)) {
            return NONE;
        }
        long result = Door.call(SYS_ioctl, d.copy().number(), Ioctl.SIOCUNIXFILE);
        if (result == -Errno.ENOENT.code()) {
            return NONE;
        }
        try (Fd fd = new Fd(Door.require(result, "ioctl", "SIOCUNIXFILE"))) {
            FileStatus status = FileStatus.of(fd);
            String path = Proc.link("/proc/self/fd/" + fd.number());
            return new UnixName(
                    new FileIdentity(
                            path, (int) status.device(), status.inode(), 0, status.mtimeNanos(), status.mode(), ""),
                    new Ownership(status.uid(), status.gid()));
        }
    }

    /** Why a name cannot be bound again; empty when it can. */
    static String whyNot(LiveDescriptor d, byte[] address) throws KernelException {
        if (!isPath(address)) {
            return "";
        }
        FileIdentity file = of(d, address).file();
        String name = path(address);
        try {
            FileStatus named = FileStatus.of(file.path());
            if (named.inode() != file.inode() || (int) named.device() != file.device()) {
                return file.path() + " is another file by now";
            }
            if (name.startsWith("/") ? !FileStatus.of(name).isSameFile(named) : !isBelow(file.path(), name)) {
                return name + " is not its file " + file.path() + " as seen from the root";
            }
            return "";
        } catch (KernelException gone) {
            return file.path() + ": " + gone.errno().text();
        }
    }

    private static boolean isBelow(String path, String relative) {
        return path.endsWith("/" + (relative.startsWith("./") ? relative.substring(2) : relative));
    }

    private static boolean isPath(byte[] address) {
        return address.length > PATH_AT && address[PATH_AT] != 0;
    }

    private static String path(byte[] address) {
        int end = PATH_AT;
        while (end < address.length && address[end] != 0) {
            end++;
        }
        return new String(address, PATH_AT, end - PATH_AT, StandardCharsets.ISO_8859_1);
    }
}
