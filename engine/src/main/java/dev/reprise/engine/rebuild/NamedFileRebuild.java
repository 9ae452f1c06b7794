package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ftruncate;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_link;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_lseek;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_truncate;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_unlink;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.DeviceFile;
import dev.reprise.image.state.DirectoryFile;
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

    /** A file whose name is gone while it has another: known by the old one again, where that is free. */
    void openUnderGoneName(RegularFile file) {
        Slot old = p.string(file.goneName());
        Slot name = p.space(Long.BYTES);
        Slot now = p.string(file.file().path());
        Label taken = p.label();
        Label linked = p.label();
        Label open = p.label();
        p.store8(name, now);
        p.jumpIfEqual(p.attempt(SYS_link, now, old), Arg.of(0), linked);
        p.go(open);
        p.place(linked);
        p.store8(name, old);
        p.place(open);
        Step opened = p.call(
                        SYS_openat,
                        Arg.of(Fd.AT_FDCWD),
                        Arg.contentOf(name),
                        Arg.of(file.flags() & ~Fcntl.FASYNC),
                        Arg.of(0))
                .about(file.file().path());
        p.jumpIfEqual(Arg.contentOf(name), now, taken);
        p.call(SYS_unlink, old).about(file.goneName());
        p.place(taken);
        files.place(p, opened, file);
        seek(file, file.file(), file.offset());
    }

    /** A directory that had been removed; {@code like} is a descriptor of the same one, or negative. */
    void openRemoved(DirectoryFile directory, int like) {
        int flags = directory.flags() & ~Fcntl.FASYNC;
        if (like >= 0) {
            Step opened = p.call(
                            SYS_openat,
                            Arg.of(Fd.AT_FDCWD),
                            p.string("/proc/self/fd/" + like),
                            Arg.of(flags & ~Fcntl.O_NOFOLLOW),
                            Arg.of(0))
                    .about(directory.file().path());
            files.place(p, opened, directory);
            return;
        }
        GoneName name = DeletedNodeRebuild.directory(p, directory.file());
        Step opened = p.call(SYS_openat, Arg.of(Fd.AT_FDCWD), name.name(), Arg.of(flags), Arg.of(0))
                .about(directory.file().path());
        name.rmdir();
        files.place(p, opened, directory);
        TimesRebuild.set(p, files.numberOf(directory), directory.file());
    }

    /** A device whose node had been removed. */
    void openRemoved(DeviceFile device) {
        GoneName name = DeletedNodeRebuild.node(p, device.file(), device.rdev());
        int flags = device.flags() & ~Fcntl.FASYNC | Fcntl.O_NOCTTY;
        Step opened = p.call(SYS_openat, Arg.of(Fd.AT_FDCWD), name.name(), Arg.of(flags), Arg.of(0))
                .about(device.file().path());
        name.unlink();
        files.place(p, opened, device);
        TimesRebuild.set(p, files.numberOf(device), device.file());
    }

    void openAt(OpenFile file, FileIdentity identity, long offset) {
        open(file, identity);
        seek(file, identity, offset);
    }

    private void seek(OpenFile file, FileIdentity identity, long offset) {
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
