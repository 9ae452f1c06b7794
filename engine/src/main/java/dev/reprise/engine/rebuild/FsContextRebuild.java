package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_chdir;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_chroot;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_umask;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.FsContext;

/**
 * Working directory, root, umask: after everything that is opened by its path, before the credentials (chroot needs
 * CAP_SYS_CHROOT). Both paths are the checkpointing tool's, so the directory comes first; chroot leaves it alone.
 */
public final class FsContextRebuild {
    private FsContextRebuild() {}

    /** Adds it to the leader's program. */
    public static void add(ProgramBuilder p, FsContext context) {
        p.call(SYS_chdir, p.string(context.workingDirectory()))
                .about("the working directory " + context.workingDirectory());
        if (!context.root().equals("/")) {
            p.call(SYS_chroot, p.string(context.root())).about("the root " + context.root());
        }
        p.call(SYS_umask, Arg.of(context.umask()));
    }
}
