package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_chmod;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_chown;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mkdir;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mknod;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.kernel.Fcntl;

/** Directories, FIFOs and device nodes that had been removed while they were in use: made for the moment of opening. */
final class DeletedNodeRebuild {
    private static final int PERMISSIONS = 07777;

    private DeletedNodeRebuild() {}

    /** Adds the making of a directory; the caller removes the name. */
    static GoneName directory(ProgramBuilder p, FileIdentity file) {
        GoneName name =
                GoneName.make(p, file.name(), SYS_mkdir, at -> new Arg[] {at, Arg.of(file.mode() & PERMISSIONS)});
        own(p, file, name);
        return name;
    }

    /** Adds the making of a FIFO or device node; the caller removes the name. */
    static GoneName node(ProgramBuilder p, FileIdentity file, int rdev) {
        int mode = file.mode() & (PERMISSIONS | Fcntl.S_IFMT);
        GoneName name = GoneName.make(
                p, file.name(), SYS_mknod, at -> new Arg[] {at, Arg.of(mode), Arg.of(Integer.toUnsignedLong(rdev))});
        own(p, file, name);
        return name;
    }

    // The umask may have taken something away, and so does chown(2).
    private static void own(ProgramBuilder p, FileIdentity file, GoneName name) {
        p.attempt(
                SYS_chown,
                name.name(),
                Arg.of(Integer.toUnsignedLong(file.ownership().uid())),
                Arg.of(Integer.toUnsignedLong(file.ownership().gid())));
        p.call(SYS_chmod, name.name(), Arg.of(file.mode() & PERMISSIONS)).about(file.path());
    }
}
