package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.program.Variable;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Mman;
import java.util.List;

/**
 * The mappings of io_urings. The kernel alone chooses where they go, mremap(2) moves none, and MAP_FIXED is an error: so there has to be one
 * hole only. All others are filled, by halves of halves, and emptied again. Stands before all other mappings, where the holes are few. Pure.
 */
final class IoUringMappings {
    private static final int NOTHING = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_NORESERVE;
    /** No hole is larger. */
    private static final long LARGEST = 1L << 46;

    private static final int ADDRESS_BITS = 47;
    private static final long PAGE = 4096;
    private static final int MOST_FILLINGS = 4096;
    private static final int FILLING = 2 * Long.BYTES;

    private final ProgramBuilder p;
    private final AddressSpace space;

    IoUringMappings(ProgramBuilder p, AddressSpace space) {
        this.p = p;
        this.space = space;
    }

    /** Adds them; their rings are open. */
    void add() {
        List<Vma> all = space.vmas().stream()
                .filter(vma -> vma.backing() instanceof Backing.IoUringMemory)
                .toList();
        if (all.isEmpty()) {
            return;
        }
        for (Vma vma : all) {
            p.call(SYS_mmap, vma.start(), vma.bytes(), 0, NOTHING | Mman.MAP_FIXED_NOREPLACE, -1, 0)
                    .about(AddressSpaceRebuild.name(vma));
        }
        Slot fillings = p.space((long) FILLING * MOST_FILLINGS);
        Variable end = new Variable(p, 0);
        end.set(fillings);
        fill(fillings, end);
        for (Vma vma : all) {
            if (!(vma.backing() instanceof Backing.IoUringMemory memory)) {
                continue;
            }
            p.call(SYS_munmap, vma.start(), vma.bytes());
            p.expect(
                            vma.start(),
                            SYS_mmap,
                            Arg.of(0),
                            Arg.of(vma.bytes()),
                            Arg.of(vma.protection()),
                            Arg.of(Mman.MAP_SHARED | Mman.MAP_POPULATE),
                            Arg.of(memory.descriptor()),
                            Arg.of(vma.offset()))
                    .about(AddressSpaceRebuild.name(vma) + " of an io_uring");
        }
        empty(fillings, end);
    }

    private void fill(Slot fillings, Variable end) {
        Variable size = new Variable(p, LARGEST);
        Label again = p.label();
        Label filled = p.label();
        p.place(again);
        Step at = p.attempt(SYS_mmap, Arg.of(0), size.value(), Arg.of(0), Arg.of(NOTHING), Arg.of(-1), Arg.of(0));
        Label got = p.label();
        p.jumpIfEqual(p.shiftRight(at, Arg.of(ADDRESS_BITS)), Arg.of(0), got);
        size.set(p.shiftRight(size.value(), Arg.of(1)));
        p.jumpIfEqual(size.value(), Arg.of(PAGE / 2), filled);
        p.go(again);
        p.place(got);
        p.store8(end.value(), at);
        p.store8(p.add(end.value(), Arg.of(Long.BYTES)), size.value());
        end.add(FILLING);
        Label full = p.label();
        p.jumpIfEqual(end.value(), fillings.plus((long) FILLING * MOST_FILLINGS), full);
        p.go(again);
        p.place(full);
        p.require(1, Arg.of(0)).about("the holes of the address space: they are too many for io_urings");
        p.place(filled);
    }

    private void empty(Slot fillings, Variable end) {
        Variable next = new Variable(p, 0);
        next.set(fillings);
        Slot filling = p.space(FILLING);
        Label again = p.label();
        Label done = p.label();
        p.place(again);
        p.jumpIfEqual(next.value(), end.value(), done);
        p.copy(filling, next.value(), Arg.of(FILLING));
        p.call(SYS_munmap, Arg.contentOf(filling), Arg.contentOf(filling.plus(Long.BYTES)));
        next.add(FILLING);
        p.go(again);
        p.place(done);
    }
}
