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
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.Mman;
import java.util.List;

/**
 * A mapped file whose contents are in the image: one that is there is taken as it is, one that is gone is written
 * again.
 *
 * <p>The contents are loaded into memory of ours; the page behind them says whether the file must be filled.
 */
final class KeptFileRebuild {
    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final int DIRECTORY_MODE = 0755;
    private static final long SIGN = Long.MIN_VALUE;

    private final MemoryObject object;
    private final long place;
    private final String path;

    KeptFileRebuild(MemoryObject object, long place) {
        this.object = object;
        this.place = place;
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
        p.store8(opened, create(p, name));
        own(p, Arg.contentOf(opened));
        p.store8(Arg.of(flag()), Arg.of(1));
        p.place(isThere);
        p.call(SYS_close, Arg.contentOf(opened));
    }

    /** Maps it. */
    void map(ProgramBuilder p, List<MappingPlan> mappings) {
        if (!mappings.isEmpty()) {
            Step file = MappedFilesRebuild.open(p, path, Fcntl.O_RDWR);
            for (MappingPlan mapping : mappings) {
                SharedMemoryRebuild.map(p, mapping, file);
            }
            p.call(SYS_close, file);
        }
    }

    private Step create(ProgramBuilder p, Slot name) {
        int flags = Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_EXCL;
        return p.call(SYS_openat, Arg.of(Fd.AT_FDCWD), name, Arg.of(flags), Arg.of(object.mode()))
                .about(path);
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
        p.jumpIfAny(Arg.of(flag()), Arg.of(1), fill);
        p.go(done);
        p.place(fill);
        Step file = MappedFilesRebuild.open(p, path, Fcntl.O_WRONLY);
        p.expect(object.size(), SYS_pwrite64, file, Arg.of(place), Arg.of(object.size()), Arg.of(0))
                .about(path);
        p.call(SYS_close, file);
        p.place(done);
    }
}
