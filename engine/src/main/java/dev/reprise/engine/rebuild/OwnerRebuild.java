package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getresuid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setresuid;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.FileOwner;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.Fcntl;

/** Whom open files signal, and that they do (O_ASYNC); by the credentials of who said so, which the kernel keeps with it. */
final class OwnerRebuild {
    private OwnerRebuild() {}

    /**
     * Adds, while we have all rights: owners that are there by now, on behalf of the users who said so. Who is not there is
     * left to {@link #set}.
     */
    static void setForUser(ProgramBuilder p, OpenFiles files, OpenFile file) {
        FileOwner owner = file.owner();
        if (owner.pid() == 0 || !owner.isOfKnownUser() || p.isForAnyone()) {
            return;
        }
        Slot real = p.space(Integer.BYTES);
        Slot effective = p.space(Integer.BYTES);
        Slot saved = p.space(Integer.BYTES);
        p.call(SYS_getresuid, real, effective, saved);
        p.attempt(SYS_setresuid, number(owner.uid()), number(owner.effectiveUid()), number(FileOwner.UNKNOWN));
        p.attempt(SYS_fcntl, Arg.of(files.numberOf(file)), Arg.of(Fcntl.F_SETOWN_EX), who(p, owner));
        p.call(SYS_setresuid, p.load4(real), p.load4(effective), p.load4(saved));
    }

    private static Arg number(int uid) {
        return Arg.of(Integer.toUnsignedLong(uid));
    }

    /** Adds, with the program's own credentials, all that is not yet as it was. */
    static void set(ProgramBuilder p, OpenFiles files, OpenFile file) {
        FileOwner owner = file.owner();
        int number = files.numberOf(file);
        if (!owner.equals(FileOwner.NONE)) {
            Label done = p.label();
            if (owner.pid() != 0 && owner.isOfKnownUser()) {
                Label missing = p.label();
                Step now = p.attempt(SYS_fcntl, number, Fcntl.F_GETOWN);
                p.jumpIfEqual(now, Arg.of(0), missing);
                p.go(done);
                p.place(missing);
            }
            // The owner may be a process that is not in the image and is gone by now.
            p.attempt(SYS_fcntl, Arg.of(number), Arg.of(Fcntl.F_SETOWN_EX), who(p, owner));
            p.place(done);
            p.call(SYS_fcntl, number, Fcntl.F_SETSIG, owner.signal()).about("descriptor " + number);
        }
        if ((file.flags() & Fcntl.FASYNC) != 0) {
            p.call(SYS_fcntl, number, Fcntl.F_SETFL, file.flags() & (OpenFiles.SETTABLE | Fcntl.FASYNC))
                    .about("O_ASYNC of descriptor " + number);
        }
    }

    private static Slot who(ProgramBuilder p, FileOwner owner) {
        Slot who = p.ints(owner.type(), owner.pid());
        if (p.isRenamed(owner.pid())) {
            p.store4(who.plus(Integer.BYTES), p.id(owner.pid()));
        }
        return who;
    }
}
