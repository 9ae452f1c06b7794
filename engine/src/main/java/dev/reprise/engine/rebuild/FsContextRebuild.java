package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_chdir;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_chroot;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchdir;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_umask;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.FsContext;

/**
 * Working directory, root, umask: after everything that is opened by its path, before the credentials (chroot needs
 * CAP_SYS_CHROOT). Both paths are the checkpointing tool's, so the directory comes first; chroot leaves it alone.
 */
public final class FsContextRebuild {
    private FsContextRebuild() {}

    /** Adds it to a program of a process without descriptors. */
    public static void add(ProgramBuilder p, FsContext context) {
        add(p, context, new RemovedDirectories());
    }

    /** Adds it to the leader's program; {@code removed}: where the descriptors lead that are already there. */
    static void add(ProgramBuilder p, FsContext context, RemovedDirectories removed) {
        FileIdentity directory = context.workingDirectory();
        if (directory.isDeleted()) {
            enterRemoved(p, directory, removed.numberOf(directory));
        } else {
            p.call(SYS_chdir, p.string(directory.path())).about("the working directory " + directory.path());
        }
        if (!context.root().equals("/")) {
            p.call(SYS_chroot, p.string(context.root())).about("the root " + context.root());
        }
        p.call(SYS_umask, Arg.of(context.umask()));
    }

    private static void enterRemoved(ProgramBuilder p, FileIdentity directory, int descriptor) {
        if (descriptor >= 0) {
            p.call(SYS_fchdir, descriptor).about("the working directory " + directory.path());
            return;
        }
        GoneName name = DeletedNodeRebuild.directory(p, directory);
        p.call(SYS_chdir, name.name()).about("the working directory " + directory.path());
        name.rmdir();
        TimesRebuild.set(p, p.string("."), directory);
    }
}
