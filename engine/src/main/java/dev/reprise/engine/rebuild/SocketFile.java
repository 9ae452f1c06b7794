package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_chdir;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchmodat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchownat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_newfstatat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_renameat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_unlinkat;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Socket;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;

/** The file of a bound UNIX socket: what the program has left behind under its name is replaced, and nothing else. */
final class SocketFile {
    private static final int STAT_SIZE = 144;
    private static final int STAT_MODE = 24;
    private static final int PERMISSIONS = 07777;

    private final ProgramBuilder p;
    private final Socket socket;
    private final String path;

    SocketFile(ProgramBuilder p, Socket socket) {
        this.p = p;
        this.socket = socket;
        this.path = socket.boundFile().path();
    }

    /** Adds {@code bind} between the removal of an old socket file and the new one's mode and owner. */
    void replace(Runnable bind) {
        removeOld();
        String name = UnixNames.path(socket.localAddress().toArray());
        if (!name.startsWith("/")) {
            String plain = name.startsWith("./") ? name.substring(2) : name;
            String directory = path.substring(0, path.length() - plain.length());
            p.call(SYS_chdir, p.string(directory)).about(directory);
        }
        bind.run();
        own();
    }

    /** The same for a socket that has been bound elsewhere on the same file system. */
    void moveFrom(String place) {
        removeOld();
        p.call(SYS_renameat, Arg.of(Fd.AT_FDCWD), p.string(place), Arg.of(Fd.AT_FDCWD), p.string(path))
                .about(path);
        own();
    }

    private void own() {
        p.call(
                        SYS_fchownat,
                        Arg.of(Fd.AT_FDCWD),
                        p.string(path),
                        Arg.of(socket.ownership().uid()),
                        Arg.of(socket.ownership().gid()),
                        Arg.of(Fcntl.AT_SYMLINK_NOFOLLOW))
                .about(path);
        p.call(
                        SYS_fchmodat,
                        Arg.of(Fd.AT_FDCWD),
                        p.string(path),
                        Arg.of(socket.boundFile().mode() & PERMISSIONS))
                .about(path);
        TimesRebuild.set(p, p.string(path), socket.boundFile());
    }

    // Only a socket is removed; anything else makes bind fail, with its name.
    private void removeOld() {
        Slot status = p.space(STAT_SIZE);
        Slot name = p.string(path);
        p.attempt(SYS_newfstatat, Arg.of(Fd.AT_FDCWD), name, status, Arg.of(Fcntl.AT_SYMLINK_NOFOLLOW));
        Step type = p.and(p.load4(status.plus(STAT_MODE)), Arg.of(Fcntl.S_IFMT));
        Label old = p.label();
        Label done = p.label();
        p.jumpIfEqual(type, Arg.of(Fcntl.S_IFSOCK), old);
        p.go(done);
        p.place(old);
        p.call(SYS_unlinkat, Arg.of(Fd.AT_FDCWD), name, Arg.of(0)).about(path);
        p.place(done);
    }
}
