package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_dup3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchown;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pipe2;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.Pipe;
import dev.reprise.image.state.PipeEnd;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import java.util.List;

/** Pipes and FIFOs: the buffer with its unread bytes first, then each end. */
final class PipeRebuild {
    private static final int DEFAULT_CAPACITY = 1 << 16;

    private final ProgramBuilder p;
    private final OpenFiles files;

    PipeRebuild(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
    }

    /** A pipe and all its ends in the table. */
    void pipe(Pipe pipe, List<OpenFile> ends) {
        Slot numbers = p.space(8);
        p.call(SYS_pipe2, numbers, Arg.of(Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC));
        Step first = p.load4(numbers);
        Step second = p.load4(numbers.plus(4));
        Step reader = files.park(p, first);
        Step writer = files.park(p, second);
        fill(pipe, writer, ends);
        boolean readerUsed = false;
        boolean writerUsed = false;
        for (OpenFile end : ends) {
            int access = end.flags() & Fcntl.O_ACCMODE;
            boolean original = (end.flags() & Fcntl.O_LARGEFILE) == 0;
            if (access == Fcntl.O_RDONLY && original && !readerUsed) {
                readerUsed = true;
                files.placeParked(p, reader, end);
            } else if (access == Fcntl.O_WRONLY && original && !writerUsed) {
                writerUsed = true;
                files.placeParked(p, writer, end);
            } else {
                reopen(reader, end);
            }
            files.setFlags(p, end);
        }
        p.call(SYS_close, reader);
        p.call(SYS_close, writer);
    }

    // An end that was opened through /proc/PID/fd: from the place where it is going to be.
    private void reopen(Step reader, OpenFile end) {
        int number = files.numberOf(end);
        p.call(SYS_dup3, reader, Arg.of(number), Arg.of(Fcntl.O_CLOEXEC));
        String path = "/proc/self/fd/" + number;
        open(p.string(path), path, end);
    }

    private void open(Arg name, String path, OpenFile end) {
        int flags = end.flags() & ~Fcntl.FASYNC | Fcntl.O_NONBLOCK;
        Step opened = p.call(SYS_openat, Arg.of(Fd.AT_FDCWD), name, Arg.of(flags), Arg.of(0))
                .about(path);
        files.place(p, opened, end);
    }

    /** A FIFO and all its open ends; the first is for both directions, so that no open waits for another. */
    void fifo(Pipe pipe, FileIdentity file, List<OpenFile> ends) {
        String path = file.path();
        GoneName gone = file.isDeleted() ? DeletedNodeRebuild.node(p, file, 0) : null;
        Arg name = gone == null ? p.string(path) : gone.name();
        Step opened = p.call(
                        SYS_openat,
                        Arg.of(Fd.AT_FDCWD),
                        name,
                        Arg.of(Fcntl.O_RDWR | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC),
                        Arg.of(0))
                .about(path);
        Step both = files.park(p, opened);
        fill(pipe, both, ends);
        for (OpenFile end : ends) {
            open(name, path, end);
            files.setFlags(p, end);
        }
        if (gone != null) {
            gone.unlink();
        }
        TimesRebuild.set(p, files.numberOf(ends.getFirst()), file);
        p.call(SYS_close, both);
    }

    private void fill(Pipe pipe, Step writer, List<OpenFile> ends) {
        if (pipe.capacity() != DEFAULT_CAPACITY) {
            p.expect(pipe.capacity(), SYS_fcntl, writer, Arg.of(Fcntl.F_SETPIPE_SZ), Arg.of(pipe.capacity()))
                    .about("capacity of a pipe");
        }
        if (!pipe.ownership().equals(Ownership.ROOT) && ends.getFirst() instanceof PipeEnd) {
            p.call(
                    SYS_fchown,
                    writer,
                    Arg.of(pipe.ownership().uid()),
                    Arg.of(pipe.ownership().gid()));
        }
        if (pipe.unread().isEmpty()) {
            return;
        }
        if (isPacketMode(pipe, ends)) {
            p.call(SYS_fcntl, writer, Arg.of(Fcntl.F_SETFL), Arg.of(Fcntl.O_NONBLOCK | Fcntl.O_DIRECT));
        }
        for (Bytes piece : pipe.unread()) {
            p.expect(piece.length(), SYS_write, writer, p.bytes(piece.toArray()), Arg.of(piece.length()))
                    .about("unread bytes of a pipe");
        }
    }

    // Only writes in packet mode end a read before the buffer's end.
    private static boolean isPacketMode(Pipe pipe, List<OpenFile> ends) {
        if (pipe.unread().size() > 1) {
            return true;
        }
        for (OpenFile end : ends) {
            if ((end.flags() & Fcntl.O_DIRECT) != 0) {
                return true;
            }
        }
        return false;
    }
}
