package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_lseek;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.ProcFile;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;

/** Files of /proc: opened when all tasks have their ids; what they show is shorter or longer by now. */
final class ProcFileRebuild {
    private static final int SEEK_SET = 0;

    private ProcFileRebuild() {}

    static void open(ProgramBuilder p, OpenFiles files, ProcFile file) {
        Step opened = p.call(
                        SYS_openat,
                        Arg.of(Fd.AT_FDCWD),
                        p.string(file.path()),
                        Arg.of(file.flags() & ~Fcntl.FASYNC | Fcntl.O_NOCTTY),
                        Arg.of(0))
                .about(file.path());
        files.place(p, opened, file);
        if (file.offset() != 0) {
            p.attempt(SYS_lseek, files.numberOf(file), file.offset(), SEEK_SET);
        }
    }
}
