package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ftruncate;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_lseek;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_truncate;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.RegularFile;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;

/** Files that are opened by their name: regular ones, directories, devices, O_PATH. */
final class NamedFileRebuild {
    private static final int SEEK_SET = 0;

    private final ProgramBuilder p;
    private final OpenFiles files;

    NamedFileRebuild(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
    }

    void open(OpenFile file, FileIdentity identity) {
        // FASYNC comes with the owner; a terminal is never to become the controlling one.
        int flags = file.flags() & ~Fcntl.FASYNC | Fcntl.O_NOCTTY;
        Step opened = p.call(SYS_openat, Arg.of(Fd.AT_FDCWD), p.string(identity.path()), Arg.of(flags), Arg.of(0))
                .about(identity.path());
        files.place(p, opened, file);
    }

    void openAt(OpenFile file, FileIdentity identity, long offset) {
        open(file, identity);
        if (offset != 0) {
            p.expect(offset, SYS_lseek, Arg.of(files.numberOf(file)), Arg.of(offset), Arg.of(SEEK_SET))
                    .about(identity.path());
        }
    }

    /** A file that has grown gets the length it had. */
    void truncate(RegularFile file) {
        long size = file.file().size();
        if ((file.flags() & Fcntl.O_ACCMODE) == Fcntl.O_RDONLY) {
            p.call(SYS_truncate, p.string(file.file().path()), Arg.of(size))
                    .about(file.file().path());
        } else {
            p.call(SYS_ftruncate, files.numberOf(file), size).about(file.file().path());
        }
    }
}
