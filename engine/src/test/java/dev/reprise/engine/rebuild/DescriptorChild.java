package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close_range;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_dup3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pwrite64;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ChildRun;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;

/** A stopped process that has the descriptors of an image, and no others. */
public final class DescriptorChild {
    private static final long LAST = 0xffffffffL;

    private DescriptorChild() {}

    /** Standard streams that led outside are /dev/null. */
    public static ChildRun of(Image image, FdTable table) throws KernelException {
        return new ChildRun(p -> build(p, image, table));
    }

    private static void build(ProgramBuilder p, Image image, FdTable table) {
        int first = FdTableRebuild.above(table);
        InheritedStreams streams = new InheritedStreams(first, first + 1, first + 2, first + 3, first + 4);
        int above = first + 4;
        p.call(SYS_close_range, 0, LAST, 0);
        p.expect(0, SYS_openat, Arg.of(Fd.AT_FDCWD), p.string("/dev/null"), Arg.of(2), Arg.of(0));
        for (int number = first; number < above; number++) {
            if (number != 0) {
                p.call(SYS_dup3, 0, number, 0);
            }
        }
        if (first > 0) {
            p.call(SYS_close_range, 0, first - 1, 0);
        }
        MemoryFiles memory = MemoryFiles.all(image, above);
        FdTableRebuild rebuild = new FdTableRebuild(
                image,
                table,
                TableShare.alone(image, table),
                new FdTableRebuild.DescriptorOptions(streams, above, true, false));
        memory.create(p, _ -> 0);
        rebuild.create(p, memory);
        p.call(SYS_close_range, first, above - 1, 0);
        fill(p, image, memory);
        memory.finish(p);
        rebuild.createLate(p);
        rebuild.finish(p);
    }

    // Stands for the loading of contents: a byte that is not zero in each page.
    private static void fill(ProgramBuilder p, Image image, MemoryFiles memory) {
        for (var object : image.objects()) {
            if (object instanceof MemoryObject file) {
                for (PageRun run : file.runs()) {
                    for (long at = run.start(); at < run.end(); at += PageRun.PAGE_SIZE) {
                        p.call(SYS_pwrite64, memory.descriptor(file.id()), p.string("x"), Arg.of(1), Arg.of(at));
                    }
                }
            }
        }
    }
}
