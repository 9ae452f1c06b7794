package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.Uffd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Where memory may be missing, in our own memory, for a program that poisons it by all userfaultfds that are open: whoever touches
 * it then gets SIGBUS. The program needs nobody who knows which descriptors those are.
 */
final class PoisonTable {
    private static final int MOST = 1 << 15;
    private static final int ENTRY = 2 * Long.BYTES;
    /** A descriptor that nobody has told of yet is no higher than this above those that are known. */
    private static final int MORE_DESCRIPTORS = 256;

    // The limit of descriptors, then start and end of each range; a start of 0 ends it.
    private final MemorySegment table;
    private int ranges;

    PoisonTable(Arena arena) throws KernelException {
        table = Native.pages(arena, (long) (MOST + 2) * ENTRY);
        seen(0);
    }

    void add(long start, long bytes) throws KernelException {
        if (ranges == MOST) {
            throw new KernelException("restore --lazy", "more than " + MOST + " moved mappings", Errno.ENOMEM);
        }
        long at = (long) (ranges + 1) * ENTRY;
        table.set(JAVA_LONG, at + Long.BYTES, start + bytes);
        table.set(JAVA_LONG, at, start);
        ranges++;
    }

    /** A descriptor is open. */
    void seen(int descriptor) {
        table.set(JAVA_LONG, 0, Math.max(table.get(JAVA_LONG, 0), (long) descriptor + MORE_DESCRIPTORS));
    }

    /** Adds it: for each descriptor, each range, as far as it is missing. */
    void poison(ProgramBuilder p) {
        Slot fd = p.longs(0);
        Slot limit = p.space(Long.BYTES);
        p.copy(limit, Arg.of(table.address()), Arg.of(Long.BYTES));
        Label nextFd = p.label();
        Label end = p.label();
        Label each = p.label();
        p.place(each);
        p.jumpIfEqual(Arg.contentOf(fd), Arg.contentOf(limit), end);
        poisonBy(p, fd, nextFd);
        p.place(nextFd);
        p.store8(fd, p.add(Arg.contentOf(fd), Arg.of(1)));
        p.go(each);
        p.place(end);
    }

    private void poisonBy(ProgramBuilder p, Slot fd, Label nextFd) {
        Slot next = p.longs(0);
        p.store8(next, Arg.of(table.address() + ENTRY));
        Slot range = p.space(ENTRY);
        // struct uffdio_poison: start, length, mode, done
        Slot arguments = p.longs(0, PageRun.PAGE_SIZE, 0, 0);
        Label each = p.label();
        Label page = p.label();
        Label step = p.label();
        Label nextRange = p.label();
        p.place(each);
        p.copy(range, Arg.contentOf(next), Arg.of(ENTRY));
        p.jumpIfEqual(Arg.contentOf(range), Arg.of(0), nextFd);
        p.place(page);
        p.jumpIfEqual(Arg.contentOf(range), Arg.contentOf(range.plus(Long.BYTES)), nextRange);
        p.store8(arguments, Arg.contentOf(range));
        Step result = p.attempt(SYS_ioctl, Arg.contentOf(fd), Arg.of(Uffd.UFFDIO_POISON), arguments);
        for (int code : new int[] {0, Errno.EEXIST.code(), Errno.ENOENT.code()}) {
            p.jumpIfEqual(result, Arg.of(-code), step);
        }
        p.go(nextFd); // it is no userfaultfd, or one of a dead process
        p.place(step);
        p.store8(range, p.add(Arg.contentOf(range), Arg.of(PageRun.PAGE_SIZE)));
        p.go(page);
        p.place(nextRange);
        p.store8(next, p.add(Arg.contentOf(next), Arg.of(ENTRY)));
        p.go(each);
    }
}
