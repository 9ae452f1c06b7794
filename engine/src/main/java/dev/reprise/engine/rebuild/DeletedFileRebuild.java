package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_lseek;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.DeletedFile;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.SharedObject;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;

/** Files without a name: made under the name that they had, or by O_TMPFILE if they never had one. */
final class DeletedFileRebuild {
    private static final int SEEK_SET = 0;
    private static final int OWNER_ONLY = 0600;

    /** What only helps to find a file and is wrong for one that is found by /proc/self/fd. */
    private static final int FINDING = Fcntl.O_TMPFILE_ONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW | Fcntl.FASYNC;

    private DeletedFileRebuild() {}

    /** Whether a memory object is such a file. */
    static boolean is(MemoryObject memory) {
        return memory.kind() == MemoryObject.Kind.FILE_CONTENTS && memory.name().endsWith(FileIdentity.DELETED);
    }

    /** Adds the making; the descriptor, mostly open for reading and writing, stands in the slot. */
    static Slot make(ProgramBuilder p, Image image, MemoryObject memory) {
        String path = memory.name().substring(0, memory.name().length() - FileIdentity.DELETED.length());
        Slot made = p.space(Long.BYTES);
        Label done = p.label();
        int slash = path.lastIndexOf('/');
        if (isNameless(path.substring(slash + 1))) {
            int flags = flagsOfFirst(image, memory);
            Slot directory = p.string(slash > 0 ? path.substring(0, slash) : "/");
            p.store8(made, open(p, directory, flags, memory.mode()));
            Label named = p.label();
            p.jumpIfAny(made, Arg.of(Long.MIN_VALUE), named);
            p.go(done);
            p.place(named);
        }
        int flags = Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_CLOEXEC;
        GoneName name = GoneName.make(
                p, path, SYS_openat, at -> new Arg[] {Arg.of(Fd.AT_FDCWD), at, Arg.of(flags), Arg.of(OWNER_ONLY)});
        p.store8(made, name.result());
        name.unlink();
        p.place(done);
        return made;
    }

    private static Step open(ProgramBuilder p, Slot directory, int flags, int mode) {
        return p.attempt(SYS_openat, Arg.of(Fd.AT_FDCWD), directory, Arg.of(flags), Arg.of(mode));
    }

    // The kernel calls what O_TMPFILE makes by its inode number (fs/dcache.c, d_mark_tmpfile).
    private static boolean isNameless(String name) {
        if (name.length() < 2 || name.charAt(0) != '#') {
            return false;
        }
        return name.chars().skip(1).allMatch(Character::isDigit);
    }

    // The description that O_TMPFILE itself gave keeps that flag for ever, so it must be the one.
    private static int flagsOfFirst(Image image, MemoryObject memory) {
        for (SharedObject object : image.objects()) {
            if (object instanceof DeletedFile file && file.memory().equals(memory.id()) && isFirst(file)) {
                return file.flags() & ~Fcntl.FASYNC | Fcntl.O_TMPFILE;
            }
        }
        return Fcntl.O_RDWR | Fcntl.O_TMPFILE;
    }

    private static boolean isFirst(DeletedFile file) {
        return (file.flags() & Fcntl.O_TMPFILE_ONLY) != 0;
    }

    /** Adds an open file of the one at descriptor {@code number}. */
    static void open(ProgramBuilder p, OpenFiles files, DeletedFile file, int number) {
        Step opened = isFirst(file)
                ? p.call(SYS_fcntl, number, Fcntl.F_DUPFD_CLOEXEC, files.above())
                : p.call(
                        SYS_openat,
                        Arg.of(Fd.AT_FDCWD),
                        p.string("/proc/self/fd/" + number),
                        Arg.of(file.flags() & ~FINDING),
                        Arg.of(0));
        files.place(p, opened.about("deleted file"), file);
        if (file.offset() != 0) {
            p.expect(file.offset(), SYS_lseek, Arg.of(files.numberOf(file)), Arg.of(file.offset()), Arg.of(SEEK_SET));
        }
        if (isFirst(file)) {
            files.setFlags(p, file);
        }
    }
}
