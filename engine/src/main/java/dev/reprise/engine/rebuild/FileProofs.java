package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_newfstatat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pread64;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.kernel.ElfFile;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;

/** What {@link FileVerification} does before a restore, as steps of the program itself. */
final class FileProofs {
    private static final int STAT_SIZE = 144;
    private static final int MODE = 24;
    private static final int LENGTH = 48;
    private static final int MODIFIED = 88;
    private static final long NANOS = 1_000_000_000L;
    private static final int SIGN_BIT = 63;

    private final ProgramBuilder p;
    private final Slot stat;

    private FileProofs(ProgramBuilder p) {
        this.p = p;
        stat = p.space(STAT_SIZE);
    }

    /** Adds one proof a check. */
    static void add(ProgramBuilder p, List<FileCheck> checks) throws KernelException {
        FileProofs proofs = new FileProofs(p);
        for (FileCheck check : new LinkedHashSet<>(checks)) {
            if (!check.file().path().isEmpty()) {
                proofs.prove(check);
            }
        }
    }

    private void prove(FileCheck check) throws KernelException {
        FileIdentity saved = check.file();
        String name = saved.path() + " (" + check.user() + ")";
        boolean link = (saved.mode() & Fcntl.S_IFMT) == Fcntl.S_IFLNK;
        p.call(
                        SYS_newfstatat,
                        Arg.of(Fd.AT_FDCWD),
                        p.string(saved.path()),
                        stat,
                        Arg.of(link ? Fcntl.AT_SYMLINK_NOFOLLOW : 0))
                .about(name);
        p.require(saved.mode() & Fcntl.S_IFMT, p.and(p.load4(stat.plus(MODE)), Arg.of(Fcntl.S_IFMT)))
                .about(name + " is of another type");
        switch (check.rule()) {
            case SAME_TYPE -> {}
            case SAME_SIZE -> length(saved, name);
            case NOT_SHORTER -> notShorter(saved, name);
            case SAME_CODE -> code(saved, name);
        }
    }

    private void length(FileIdentity saved, String name) {
        p.require(saved.size(), Arg.contentOf(stat.plus(LENGTH))).about(name + " has changed its size");
    }

    private void notShorter(FileIdentity saved, String name) {
        Step more = p.add(Arg.contentOf(stat.plus(LENGTH)), Arg.of(-saved.size()));
        p.require(0, p.shiftRight(more, Arg.of(SIGN_BIT))).about(name + " is shorter than it was");
    }

    private void code(FileIdentity saved, String name) throws KernelException {
        if (saved.buildId().isEmpty()) {
            length(saved, name);
            String changed = name + " has changed (modification time)";
            p.require(Math.floorDiv(saved.mtimeNanos(), NANOS), Arg.contentOf(stat.plus(MODIFIED)))
                    .about(changed);
            p.require(Math.floorMod(saved.mtimeNanos(), NANOS), Arg.contentOf(stat.plus(MODIFIED + Long.BYTES)))
                    .about(changed);
            return;
        }
        byte[] id = HexFormat.of().parseHex(saved.buildId());
        Slot found = p.space(id.length);
        Step file = p.call(
                        SYS_openat,
                        Arg.of(Fd.AT_FDCWD),
                        p.string(saved.path()),
                        Arg.of(Fcntl.O_RDONLY | Fcntl.O_CLOEXEC),
                        Arg.of(0))
                .about(name);
        p.call(SYS_pread64, file, found, Arg.of(id.length), Arg.of(place(saved)))
                .about(name);
        p.call(SYS_close, file);
        p.requireEqual(found, p.bytes(id), id.length).about(name + " is another build");
    }

    private static long place(FileIdentity saved) throws KernelException {
        try (Fd file = Fd.open(saved.path(), Fcntl.O_RDONLY, 0)) {
            return ElfFile.findBuildId(file).position();
        }
    }
}
