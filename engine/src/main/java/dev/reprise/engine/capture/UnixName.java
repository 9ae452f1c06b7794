package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;

import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.UnixSocket;
import dev.reprise.kernel.DeviceNumber;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.Ioctl;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.UnixDiag;
import java.nio.charset.StandardCharsets;

/** The file that a UNIX socket is bound to, found by the socket itself (SIOCUNIXFILE), not by its name. */
record UnixName(FileIdentity file, Ownership ownership, UnixSocket.Place place) {
    /** Of a socket that is bound to no file: unbound, or to an abstract name. */
    static final UnixName NONE = new UnixName(Socket.NO_FILE, Ownership.ROOT, UnixSocket.Place.NONE);

    private static final int PATH_AT = 2;
    private static final String DELETED = " (deleted)";

    static UnixName of(LiveSocket socket) throws KernelException {
        byte[] address = socket.view().localAddress();
        if (address.length <= PATH_AT || address[PATH_AT] == 0) {
            return NONE;
        }
        long result = Door.call(SYS_ioctl, socket.d().copy().number(), Ioctl.SIOCUNIXFILE);
        if (result == -Errno.ENOENT.code()) {
            return NONE;
        }
        if (result == -Errno.EPERM.code()) {
            return byName(socket, path(address));
        }
        try (Fd fd = new Fd(Door.require(result, "ioctl", "SIOCUNIXFILE"))) {
            FileStatus status = FileStatus.of(fd);
            String path = Proc.link("/proc/self/fd/" + fd.number());
            return of(path, status, place(path(address), path, status));
        }
    }

    private static UnixName of(String path, FileStatus status, UnixSocket.Place place) {
        return new UnixName(
                new FileIdentity(
                                place == UnixSocket.Place.LOST ? "" : path,
                                (int) status.device(),
                                status.inode(),
                                0,
                                status.mtimeNanos(),
                                status.mode(),
                                "")
                        .accessedAt(status.atimeNanos()),
                new Ownership(status.uid(), status.gid()),
                place);
    }

    // Without CAP_NET_ADMIN: by the name, from where the process is if it is relative, and only if it is the very file.
    private static UnixName byName(LiveSocket socket, String name) throws KernelException {
        UnixDiag diag = UnixDiag.of(socket.inode());
        if (diag.fileInode() == 0) {
            return NONE;
        }
        String path = name;
        if (!name.startsWith("/")) {
            String directory = Proc.link("/proc/" + socket.d().pid() + "/cwd");
            path = directory + "/" + (name.startsWith("./") ? name.substring(2) : name);
        }
        FileStatus status = MappedFiles.named(path);
        if (status == null
                || (int) status.inode() != diag.fileInode()
                || status.device() != DeviceNumber.fromKernel(Integer.toUnsignedLong(diag.fileDevice()))) {
            throw new KernelException("ioctl", "SIOCUNIXFILE of " + name, Errno.EPERM);
        }
        return of(path, status, UnixSocket.Place.NAMED);
    }

    private static UnixSocket.Place place(String name, String path, FileStatus file) {
        if (path.endsWith(DELETED) || !isThere(path, file)) {
            return UnixSocket.Place.LOST;
        }
        boolean named = name.startsWith("/") ? isThere(name, file) : isBelow(path, name);
        return named ? UnixSocket.Place.NAMED : UnixSocket.Place.MOVED;
    }

    private static boolean isThere(String path, FileStatus file) {
        try {
            return FileStatus.of(path).isSameFile(file);
        } catch (KernelException _) {
            return false;
        }
    }

    private static boolean isBelow(String path, String relative) {
        return path.endsWith("/" + (relative.startsWith("./") ? relative.substring(2) : relative));
    }

    private static String path(byte[] address) {
        int end = PATH_AT;
        while (end < address.length && address[end] != 0) {
            end++;
        }
        return new String(address, PATH_AT, end - PATH_AT, StandardCharsets.ISO_8859_1);
    }
}
