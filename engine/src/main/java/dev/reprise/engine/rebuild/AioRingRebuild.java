package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_eventfd2;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_io_destroy;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_io_setup;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mremap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sched_getaffinity;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sched_setaffinity;

import dev.reprise.engine.program.AioPolls;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProcessorWalk;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.program.Variable;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Aio;
import dev.reprise.kernel.Mman;

/**
 * An AIO context, whose ring gets its old place, and with it its old id, its positions and its unread events; a ring without a
 * context is memory (docs/decisions/0011-idle-kernel-queues.md). Pure.
 */
final class AioRingRebuild {
    private static final long MREMAP = Mman.MREMAP_MAYMOVE | Mman.MREMAP_FIXED;
    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final int MEMORY = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED_NOREPLACE;
    /** As many processors as a kernel can be built for. */
    private static final int PROCESSORS = 8192;

    private final ProgramBuilder p;
    private final Vma vma;
    private final Backing.AioRing ring;
    private final String about;

    private AioRingRebuild(ProgramBuilder p, Vma vma, Backing.AioRing ring) {
        this.p = p;
        this.vma = vma;
        this.ring = ring;
        this.about = "AIO ring, " + AddressSpaceRebuild.name(vma);
    }

    /** Adds the mapping with all that is in it. */
    static void add(ProgramBuilder p, Vma vma, Backing.AioRing ring) {
        new AioRingRebuild(p, vma, ring).add();
    }

    private void add() {
        // The kernel chooses where a new ring goes: not there, from where it could not be moved there.
        p.call(SYS_mmap, vma.start(), vma.bytes(), READ_WRITE, MEMORY, -1, 0).about(about);
        if (ring.hasContext()) {
            Variable context = setUp();
            p.call(SYS_mremap, context.value(), size(), size(), Arg.of(MREMAP), Arg.of(vma.start()))
                    .about(about);
            advance();
        } else {
            header();
        }
        events();
    }

    private Arg size() {
        return Arg.of(vma.bytes());
    }

    private Variable setUp() {
        Label known = p.label();
        Variable context = new Variable(p, 0);
        int events = Aio.events(vma.bytes());
        long fewest = Aio.requests(vma.bytes());
        p.call(SYS_io_setup, Arg.of(1), context.slot()).about(about);
        if (fewest > 1) {
            p.jumpIfEqual(eventsOf(context), Arg.of(events), known);
            p.call(SYS_io_destroy, context.value()).about(about);
            context.set(Arg.of(0));
            p.call(SYS_io_setup, Arg.of(fewest), context.slot()).about(about);
            p.place(known);
        }
        p.require(events, eventsOf(context))
                .about("an AIO context of " + events
                        + " events: those of this machine, with more processors, are larger");
        return context;
    }

    private Step eventsOf(Variable context) {
        return p.load4(p.add(context.value(), Arg.of(Aio.RING_NR)));
    }

    // Requests that end at once: the first are consumed, the others stay unread.
    private void advance() {
        long unread = ring.unread().length() / Aio.EVENT_SIZE;
        if (ring.head() + unread == 0) {
            return;
        }
        // Free slots stay with the processor on which a request ended.
        Slot allowed = p.space(PROCESSORS / Byte.SIZE);
        Step asked = p.call(SYS_sched_getaffinity, Arg.of(0), Arg.of(allowed.size()), allowed);
        pin();
        AioPolls polls = new AioPolls(p, 1);
        Step counting = p.call(SYS_eventfd2, 1, 0);
        polls.of(counting);
        complete(polls, ring.head(), true);
        complete(polls, unread, false);
        p.call(SYS_close, counting);
        p.call(SYS_sched_setaffinity, Arg.of(0), asked, allowed);
    }

    private void pin() {
        ProcessorWalk walk = new ProcessorWalk(p, PROCESSORS);
        Label again = p.label();
        Label pinned = p.label();
        p.place(again);
        p.jumpIfEqual(walk.pin(), Arg.of(0), pinned);
        walk.next(pinned);
        p.go(again);
        p.place(pinned);
    }

    private void complete(AioPolls polls, long count, boolean consumed) {
        Variable done = new Variable(p, 0);
        Label again = p.label();
        Label over = p.label();
        p.place(again);
        p.jumpIfEqual(done.value(), Arg.of(count), over);
        p.require(1, polls.submit(Arg.of(vma.start()), 1)).about(about);
        done.add(1);
        if (consumed) {
            p.store4(Arg.of(vma.start() + Aio.RING_HEAD), done.value());
        }
        p.go(again);
        p.place(over);
    }

    // What the kernel would have written; no index that could ever be one of a context.
    private void header() {
        int[] words = {-1, Aio.events(vma.bytes()), ring.head(), ring.tail(), Aio.MAGIC, 1, 0, Aio.HEADER_SIZE};
        p.copy(Arg.of(vma.start()), p.ints(words), Arg.of(Aio.HEADER_SIZE));
    }

    private void events() {
        int length = ring.unread().length();
        if (length > 0) {
            long from = (long) Aio.EVENT_SIZE * ring.head();
            long untilWrap = Math.min(length, vma.bytes() - Aio.HEADER_SIZE - from);
            Slot unread = p.bytes(ring.unread().toArray());
            long first = vma.start() + Aio.HEADER_SIZE;
            p.copy(Arg.of(first + from), unread, Arg.of(untilWrap));
            p.copy(Arg.of(first), unread.plus(untilWrap), Arg.of(length - untilWrap));
        }
    }
}
