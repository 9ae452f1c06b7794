package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.FileOwner;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.Fcntl;

/** Whom open files signal, and that they do (O_ASYNC); by the program's own credentials, which the kernel keeps with it. */
final class OwnerRebuild {
    private OwnerRebuild() {}

    static void set(ProgramBuilder p, OpenFiles files, OpenFile file) {
        FileOwner owner = file.owner();
        int number = files.numberOf(file);
        if (!owner.equals(FileOwner.NONE)) {
            // The owner may be a process that is not in the image and is gone by now.
            Slot who = p.ints(owner.type(), owner.pid());
            if (p.isRenamed(owner.pid())) {
                p.store4(who.plus(Integer.BYTES), p.id(owner.pid()));
            }
            p.attempt(SYS_fcntl, Arg.of(number), Arg.of(Fcntl.F_SETOWN_EX), who);
            p.call(SYS_fcntl, number, Fcntl.F_SETSIG, owner.signal()).about("descriptor " + number);
        }
        if ((file.flags() & Fcntl.FASYNC) != 0) {
            p.call(SYS_fcntl, number, Fcntl.F_SETFL, file.flags() & (OpenFiles.SETTABLE | Fcntl.FASYNC))
                    .about("O_ASYNC of descriptor " + number);
        }
    }
}
