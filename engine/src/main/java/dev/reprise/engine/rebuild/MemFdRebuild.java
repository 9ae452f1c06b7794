package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_dup3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_lseek;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.MemFd;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;

/** Open memfds: each description is opened anew from the memory file, with its own flags and offset. */
final class MemFdRebuild {
    private static final int SEEK_SET = 0;

    private final ProgramBuilder p;
    private final OpenFiles files;

    MemFdRebuild(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
    }

    void create(MemFd file, Arg memory) {
        int number = files.numberOf(file);
        p.call(SYS_dup3, memory, Arg.of(number), Arg.of(Fcntl.O_CLOEXEC)).about("descriptor " + number);
        Step opened = p.call(
                        SYS_openat,
                        Arg.of(Fd.AT_FDCWD),
                        p.string("/proc/self/fd/" + number),
                        Arg.of(file.flags() & ~Fcntl.FASYNC),
                        Arg.of(0))
                .about("memfd at descriptor " + number);
        files.place(p, opened, file);
        if (file.offset() != 0) {
            p.expect(file.offset(), SYS_lseek, Arg.of(number), Arg.of(file.offset()), Arg.of(SEEK_SET));
        }
    }
}
