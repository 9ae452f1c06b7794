package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fallocate;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchmod;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchown;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ftruncate;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mkdir;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pwrite64;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.Mman;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mapped file whose contents are in the image: one that is there is taken as it is, one that is gone is written
 * again. An executable's caller may have no right to either: then a mapping that is the only one has the contents for
 * itself.
 *
 * <p>The contents are loaded into memory of ours; the page behind them says what must be done with them.
 */
final class KeptFileRebuild {
    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final int DIRECTORY_MODE = 0755;
    private static final long SIGN = Long.MIN_VALUE;
    /** The file has been made, and must be filled. */
    private static final int FILL = 1;
    /** Answers to whoever has no right to a file, or to its directory. */
    private static final List<Errno> NOT_OURS = List.of(Errno.EACCES, Errno.EEXIST, Errno.EROFS);
    /** There is no file. */
    private static final int ALONE = 2;

    private final MemoryObject object;
    private final long place;
    private final boolean anyones;
    private final String path;
    private @Nullable Vma alone;

    /** {@code anyones}: whoever runs it may have no right to the file. */
    KeptFileRebuild(MemoryObject object, long place, boolean anyones) {
        this.object = object;
        this.place = place;
        this.anyones = anyones;
        this.path = object.name();
    }

    /** Where the contents are to be loaded. */
    long place() {
        return place;
    }

    private long flag() {
        return place + (object.size() + PageRun.PAGE_SIZE - 1 & -PageRun.PAGE_SIZE);
    }

    /** Makes sure that the file is there, before anybody opens or maps it. */
    void create(ProgramBuilder p) {
        p.call(
                SYS_mmap,
                place,
                flag() + PageRun.PAGE_SIZE - place,
                READ_WRITE,
                Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED_NOREPLACE,
                -1,
                0);
        Slot name = p.string(path);
        Slot opened = p.space(8);
        Label isMissing = p.label();
        Label isThere = p.label();
        p.store8(opened, p.attempt(SYS_openat, Arg.of(Fd.AT_FDCWD), name, Arg.of(Fcntl.O_RDWR), Arg.of(0)));
        p.jumpIfAny(opened, Arg.of(SIGN), isMissing);
        // One that was cut short would end the program by SIGBUS: it is made as long again.
        p.attempt(SYS_fallocate, Arg.contentOf(opened), Arg.of(0), Arg.of(0), Arg.of(object.size()));
        p.go(isThere);
        p.place(isMissing);
        int slash = path.lastIndexOf('/');
        if (slash > 0) {
            p.attempt(SYS_mkdir, p.string(path.substring(0, slash)), Arg.of(DIRECTORY_MODE));
        }
        Label isAlone = p.label();
        Label done = p.label();
        if (anyones) {
            Label isMade = p.label();
            Step made = p.attempt(SYS_openat, creation(name));
            p.store8(opened, made);
            NOT_OURS.forEach(errno -> p.jumpIfEqual(made, Arg.of(-errno.code()), isAlone));
            p.jumpIfEqual(p.and(made, Arg.of(SIGN)), Arg.of(0), isMade);
            p.call(SYS_openat, creation(name)).about(path); // it says why
            p.place(isMade);
        } else {
            p.store8(opened, p.call(SYS_openat, creation(name)).about(path));
        }
        own(p, Arg.contentOf(opened));
        p.store8(Arg.of(flag()), Arg.of(FILL));
        p.place(isThere);
        p.call(SYS_close, Arg.contentOf(opened));
        p.go(done);
        p.place(isAlone);
        p.store8(Arg.of(flag()), Arg.of(ALONE));
        p.place(done);
    }

    /** Maps it. */
    void map(ProgramBuilder p, List<MappingPlan> mappings) {
        boolean canBeAlone = anyones
                && mappings.size() == 1
                && mappings.getFirst().loadingProtection() == READ_WRITE
                && mappings.getFirst().vma().offset() == 0;
        if (canBeAlone) {
            Label isAlone = p.label();
            Label done = p.label();
            alone = mappings.getFirst().vma();
            p.jumpIfAny(Arg.of(flag()), Arg.of(ALONE), isAlone);
            mapFile(p, mappings);
            p.go(done);
            p.place(isAlone);
            int flags = Mman.MAP_SHARED | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED_NOREPLACE;
            p.call(SYS_mmap, alone.start(), alone.bytes(), READ_WRITE, flags, -1, 0)
                    .about(path);
            p.place(done);
        } else {
            mapFile(p, mappings);
        }
    }

    private void mapFile(ProgramBuilder p, List<MappingPlan> mappings) {
        if (!mappings.isEmpty()) {
            Step file = MappedFilesRebuild.open(p, path, Fcntl.O_RDWR);
            for (MappingPlan mapping : mappings) {
                SharedMemoryRebuild.map(p, mapping, file);
            }
            p.call(SYS_close, file);
        }
    }

    private Arg[] creation(Slot name) {
        int flags = Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_EXCL;
        return new Arg[] {Arg.of(Fd.AT_FDCWD), name, Arg.of(flags), Arg.of(object.mode())};
    }

    private void own(ProgramBuilder p, Arg descriptor) {
        p.attempt(
                SYS_fchown,
                descriptor,
                Arg.of(object.ownership().uid()),
                Arg.of(object.ownership().gid()));
        p.attempt(SYS_fchmod, descriptor, Arg.of(object.mode()));
        p.call(SYS_ftruncate, descriptor, Arg.of(object.size())).about(path);
    }

    /** When the contents are loaded: fills a file that was created. */
    void finish(ProgramBuilder p) {
        Label fill = p.label();
        Label done = p.label();
        p.jumpIfAny(Arg.of(flag()), Arg.of(FILL), fill);
        if (alone != null) {
            Label copy = p.label();
            p.jumpIfAny(Arg.of(flag()), Arg.of(ALONE), copy);
            p.go(done);
            p.place(copy);
            p.copy(Arg.of(alone.start()), Arg.of(place), Arg.of(Math.min(object.size(), alone.bytes())));
        }
        p.go(done);
        p.place(fill);
        Step file = MappedFilesRebuild.open(p, path, Fcntl.O_WRONLY);
        p.expect(object.size(), SYS_pwrite64, file, Arg.of(place), Arg.of(object.size()), Arg.of(0))
                .about(path);
        p.call(SYS_close, file);
        p.place(done);
    }
}
