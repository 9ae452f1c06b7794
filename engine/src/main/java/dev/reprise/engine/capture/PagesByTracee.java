package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fstat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pwritev;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.tracee.ProgramRunner;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A process writes its own pages into the image file: one copy, and none of it ours.
 *
 * <p>The descriptor stands in the segment's descriptor word as long as it is open, for the way home.
 */
final class PagesByTracee implements AutoCloseable {
    private static final int STAT_SIZE = 144;
    private static final int STAT_INODE = 8;
    private static final int MAX_VECTORS = 1024;
    /** The most ranges that one program holds: 64 KiB of them. */
    private static final int VECTORS_PER_PROGRAM = 4096;
    /** The most calls that one program holds: 64 KiB of them. */
    private static final int PIECES_PER_PROGRAM = 1024;

    private final ProgramRunner runner;
    private final PageSink.InPlace sink;
    private final HiddenRanges hidden;
    private final PageReader reader;
    private final Pace pace;
    private long descriptor = -1;

    /** What one pwritev writes to one place. */
    private record Piece(List<PageRun> runs, long bytes, long position) {}

    PagesByTracee(ProgramRunner runner, PageSink.InPlace sink, HiddenRanges hidden, PageReader reader, Pace pace) {
        this.runner = runner;
        this.sink = sink;
        this.hidden = hidden;
        this.reader = reader;
        this.pace = pace;
    }

    /** Lets the process open the image by its path; false where it cannot, or finds another file there. */
    boolean open() throws KernelException {
        ProgramBuilder p = new ProgramBuilder();
        Slot status = p.space(STAT_SIZE);
        Step opened = p.attempt(
                SYS_openat,
                Arg.of(Fd.AT_FDCWD),
                p.string(Native.chars(sink.path())),
                Arg.of(Fcntl.O_WRONLY | Fcntl.O_CLOEXEC | Fcntl.O_NOFOLLOW),
                Arg.of(0));
        p.store8(Arg.of(runner.descriptorWord().value()), opened);
        p.attempt(SYS_fstat, opened, status);
        p.end();
        ProgramResults results = runner.run(p.build());
        if (Door.isError(results.result(opened))) {
            return false;
        }
        descriptor = results.result(opened);
        FileStatus ours = FileStatus.of(Native.chars(sink.path()));
        return ours.device() == results.slot(status).get(JAVA_LONG, 0)
                && ours.inode() == results.slot(status).get(JAVA_LONG, STAT_INODE);
    }

    /** Writes all pages of the process; true. */
    boolean write(AddressSpace space) throws KernelException, IOException {
        for (List<PageRun> runs : PageBatch.cut(space.runs(), pace.batchBytes())) {
            PageBatch batch = sink.place(space.id(), runs);
            write(batch);
            sink.done(batch);
            pace.wrote(batch.bytes());
        }
        return true;
    }

    private void write(PageBatch batch) throws KernelException, IOException {
        List<Piece> pieces = new ArrayList<>();
        List<PageRun> runs = batch.runs();
        long at = 0;
        int from = 0;
        while (from < runs.size()) {
            int to = from;
            long bytes = 0;
            boolean isHidden = hidden.contains(runs.get(from).start());
            while (to < runs.size()
                    && to - from < MAX_VECTORS
                    && hidden.contains(runs.get(to).start()) == isHidden) {
                bytes += runs.get(to++).bytes();
            }
            List<PageRun> part = runs.subList(from, to);
            if (isHidden) {
                fill(batch, at, part);
            } else {
                pieces.add(new Piece(part, bytes, batch.position() + at));
            }
            at += bytes;
            from = to;
        }
        write(pieces);
    }

    private void fill(PageBatch batch, long start, List<PageRun> runs) throws KernelException, IOException {
        long at = start;
        for (List<PageRun> piece : PageBatch.cut(runs, PageReader.BUFFER)) {
            var data = reader.read(piece);
            int bytes = data.remaining();
            sink.fill(batch, at, data);
            at += bytes;
        }
    }

    private void write(List<Piece> pieces) throws KernelException {
        int from = 0;
        while (from < pieces.size()) {
            int to = from;
            int vectors = 0;
            while (to < pieces.size() && to - from < PIECES_PER_PROGRAM && vectors < VECTORS_PER_PROGRAM) {
                vectors += pieces.get(to++).runs.size();
            }
            writeOnce(pieces.subList(from, to));
            from = to;
        }
    }

    private void writeOnce(List<Piece> pieces) throws KernelException {
        ProgramBuilder p = new ProgramBuilder();
        List<Step> steps = new ArrayList<>(pieces.size());
        for (Piece piece : pieces) {
            long[] vectors = new long[2 * piece.runs.size()];
            for (int i = 0; i < piece.runs.size(); i++) {
                vectors[2 * i] = piece.runs.get(i).start();
                vectors[2 * i + 1] = piece.runs.get(i).bytes();
            }
            steps.add(p.attempt(
                    SYS_pwritev,
                    Arg.of(descriptor),
                    p.longs(vectors),
                    Arg.of(piece.runs.size()),
                    Arg.of(piece.position),
                    Arg.of(0)));
        }
        p.end();
        ProgramResults results = runner.run(p.build());
        long[] written = new long[pieces.size()];
        for (int i = 0; i < written.length; i++) {
            written[i] = results.result(steps.get(i));
        }
        for (int i = 0; i < written.length; i++) {
            if (written[i] != pieces.get(i).bytes) {
                writeOnce(List.of(rest(pieces.get(i), written[i])));
            }
        }
    }

    // A write may end early (a full disk): it goes on where it stopped, until the kernel says why it cannot. Whole
    // pages only, so that what is left are page runs again.
    private Piece rest(Piece piece, long result) throws KernelException {
        Door.require(result, "pwritev", sink.path() + " by the process itself");
        long written = result & -PageRun.PAGE_SIZE;
        if (written == 0) {
            throw new KernelException("pwritev", sink.path() + " by the process itself", Errno.ENOSPC);
        }
        return new Piece(behind(piece.runs, written), piece.bytes - written, piece.position + written);
    }

    private static List<PageRun> behind(List<PageRun> runs, long bytes) {
        List<PageRun> left = new ArrayList<>();
        long skip = bytes;
        for (PageRun run : runs) {
            if (skip >= run.bytes()) {
                skip -= run.bytes();
            } else {
                left.add(new PageRun(run.start() + skip, run.pages() - skip / PageRun.PAGE_SIZE));
                skip = 0;
            }
        }
        return left;
    }

    /** Lets the process close the file. */
    @Override
    public void close() throws KernelException {
        if (descriptor >= 0) {
            ProgramBuilder p = new ProgramBuilder();
            p.attempt(SYS_close, descriptor);
            p.store8(Arg.of(runner.descriptorWord().value()), Arg.of(-1));
            p.end();
            descriptor = -1;
            runner.run(p.build());
        }
    }
}
