package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clone;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close_range;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_eventfd2;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_io_submit;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_nanosleep;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sched_setaffinity;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_wait4;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.program.AioPolls;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProcessorWalk;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.program.Variable;
import dev.reprise.kernel.Aio;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.Mman;
import dev.reprise.kernel.WaitStatus;
import java.util.Map;

/**
 * The program that counts what is in flight in an AIO context of a frozen process, and leaves it as it was
 * (docs/decisions/0011-idle-kernel-queues.md). Pure.
 *
 * <p>It runs to its end whatever becomes of us, while no thread of the program runs ({@link
 * dev.reprise.engine.tracee.Standstill}), in a helper that shares the host's memory and nothing else: fill all free
 * slots with polls that wait, wait for the program's own requests, let ours be completed, and go round the ring once with
 * more of them, while the program's events are kept aside.
 */
final class AioMeasurement {
    /** The calls that it is made of, by name: no seccomp filter may forbid one. */
    static final Map<String, Integer> CALLS = Map.ofEntries(
            Map.entry("clone", SYS_clone),
            Map.entry("wait4", SYS_wait4),
            Map.entry("exit", SYS_exit),
            Map.entry("close_range", SYS_close_range),
            Map.entry("eventfd2", SYS_eventfd2),
            Map.entry("mmap", SYS_mmap),
            Map.entry("munmap", SYS_munmap),
            Map.entry("io_submit", SYS_io_submit),
            Map.entry("sched_setaffinity", SYS_sched_setaffinity),
            Map.entry("nanosleep", SYS_nanosleep),
            Map.entry("futex", SYS_futex),
            Map.entry("write", SYS_write));

    private static final long HELPER = CloneArgs.CLONE_VM | CloneArgs.CLONE_VFORK | CloneArgs.CLONE_UNTRACED;
    private static final long ALL = 0xffffffffL;
    private static final int AT_ONCE = 64;
    private static final long PAUSE_NANOS = 100_000;
    /** 200 ms with what a sleep takes longer; then the program goes on. */
    private static final int PAUSES_FOR_OTHERS = 1_300;
    /** Polls that are left to a kernel worker end at once, too: never reached. */
    private static final int PAUSES_FOR_OURS = 100_000;
    /** Rounds over all processors in search of a slot. */
    private static final int SEARCHES = 1_000;

    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final int PRIVATE = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;

    /** What became of it. */
    enum Outcome {
        /** No helper, or none with what it needs: nothing was touched. */
        IMPOSSIBLE(0),
        /** The ring has no context in this process. */
        NO_CONTEXT(1),
        MEASURED(2);

        private final long word;

        Outcome(long word) {
            this.word = word;
        }
    }

    private final ProgramBuilder p = new ProgramBuilder();
    private final long ring;
    private final long end;
    private final int events;
    private final long slots;
    private final Slot pause = p.longs(0, PAUSE_NANOS);
    private final Slot one = p.longs(1);
    private final Variable outcome = new Variable(p, Outcome.IMPOSSIBLE.word);
    /** Where the scan is, and where it would be without our events: the head, in the end; as indexes and addresses. */
    private final Variable scanned;

    private final Variable scannedAt;
    private final Variable head;
    private final Variable headAt;
    /** The end of the program's events in the buffer, and how many they are. */
    private final Variable kept = new Variable(p, 0);

    private final Variable theirs = new Variable(p, 0);
    private final Variable theirsThen = new Variable(p, 0);
    private final Variable filled = new Variable(p, 0);
    private final Variable submitted = new Variable(p, 0);
    private final Variable completed = new Variable(p, 0);
    private final Program program;

    /**
     * For the ring at {@code start} with a header that has been checked.
     *
     * @param oldHead its head, which is less than its size
     * @param possible how many processors there can be
     * @param processors one more than their highest number
     */
    AioMeasurement(long start, long bytes, int oldHead, int possible, int processors) {
        ring = start;
        end = start + bytes;
        events = Aio.events(bytes);
        slots = Aio.slots(events, possible);
        long at = start + Aio.HEADER_SIZE + (long) Aio.EVENT_SIZE * oldHead;
        scanned = new Variable(p, oldHead);
        scannedAt = new Variable(p, at);
        head = new Variable(p, oldHead);
        headAt = new Variable(p, at);
        program = build(processors);
    }

    private Program build(int processors) {
        Label helper = p.label();
        Label none = p.label();
        Step made = p.attemptFork(SYS_clone, helper, Arg.of(HELPER), Arg.of(0), Arg.of(0), Arg.of(0), Arg.of(0));
        p.jumpIfEqual(sign(made), Arg.of(1), none);
        p.attempt(SYS_wait4, made, Arg.of(0), Arg.of(WaitStatus.WALL), Arg.of(0));
        p.place(none);
        p.end();
        p.place(helper);
        help(processors);
        return p.build();
    }

    private void help(int processors) {
        Label over = p.label();
        Label unmap = p.label();
        p.attempt(SYS_close_range, 0, ALL, 0);
        Step empty = p.attempt(SYS_eventfd2, 0, 0);
        p.jumpIfEqual(sign(empty), Arg.of(1), over);
        Step counting = p.attempt(SYS_eventfd2, 1, 0);
        p.jumpIfEqual(sign(counting), Arg.of(1), over);
        // Twice what the kernel can have put there: a program may have written a tail of its own.
        Arg length = Arg.of(2L * Aio.EVENT_SIZE * events);
        Step buffer =
                p.attempt(SYS_mmap, Arg.of(0), length, Arg.of(READ_WRITE), Arg.of(PRIVATE), Arg.of(-1), Arg.of(0));
        p.jumpIfEqual(sign(buffer), Arg.of(1), over);
        kept.set(buffer);
        AioPolls polls = new AioPolls(p, AT_ONCE);
        Slot mark = polls.mark();
        ProcessorWalk walk = new ProcessorWalk(p, processors);
        Label context = p.label();
        outcome.set(Arg.of(Outcome.NO_CONTEXT.word));
        p.jumpIfEqual(polls.submit(Arg.of(ring), 0), Arg.of(0), context);
        p.go(unmap);
        p.place(context);
        polls.of(empty);
        fill(polls, walk);
        awaitOthers(mark);
        outcome.set(Arg.of(Outcome.MEASURED.word));
        p.jumpIfEqual(filled.value(), Arg.of(0), unmap);
        polls.of(counting);
        p.attempt(SYS_write, empty, one, Arg.of(Long.BYTES));
        goRound(polls, walk, mark);
        writeBack(buffer);
        p.place(unmap);
        p.attempt(SYS_munmap, buffer, length);
        p.place(over);
        p.attempt(SYS_exit, 0);
    }

    // On each processor until it has no slot left. What waits takes nothing of the ring.
    private void fill(AioPolls polls, ProcessorWalk walk) {
        Label here = p.label();
        Label more = p.label();
        Label next = p.label();
        Label full = p.label();
        p.place(here);
        Step pinned = walk.pin();
        p.jumpIfEqual(sign(pinned), Arg.of(1), next);
        p.place(more);
        Step taken = polls.submit(Arg.of(ring), AT_ONCE);
        p.jumpIfEqual(sign(taken), Arg.of(1), next);
        filled.add(taken);
        p.go(more);
        p.place(next);
        walk.next(full);
        p.go(here);
        p.place(full);
        walk.pin();
        submitted.set(filled.value());
    }

    // What is in flight ends in the ring as it would have without us.
    private void awaitOthers(Slot mark) {
        Variable pauses = new Variable(p, 0);
        Label again = p.label();
        Label over = p.label();
        p.place(again);
        scan(mark);
        theirsThen.set(theirs.value());
        p.jumpIfEqual(p.add(filled.value(), theirs.value()), Arg.of(slots), over);
        p.jumpIfEqual(pauses.value(), Arg.of(PAUSES_FOR_OTHERS), over);
        p.jumpIfDead(over);
        pauses.add(1);
        p.attempt(SYS_nanosleep, pause, Arg.of(0));
        p.go(again);
        p.place(over);
    }

    // As many requests of ours as the ring has places, one by one, each from a slot that is free. The head says that
    // exactly the program's events are unread, so that the kernel counts their slots as taken.
    private void goRound(AioPolls polls, ProcessorWalk walk, Slot mark) {
        Variable searches = new Variable(p, 0);
        Variable pauses = new Variable(p, 0);
        Label again = p.label();
        Label none = p.label();
        Label drain = p.label();
        p.place(again);
        scan(mark);
        p.store4(Arg.of(ring + Aio.RING_HEAD), head.value());
        p.jumpIfEqual(submitted.value(), Arg.of(events), drain);
        Step taken = polls.submit(Arg.of(ring), 1);
        p.jumpIfEqual(sign(taken), Arg.of(1), none);
        submitted.add(taken);
        p.go(again);
        p.place(none);
        // Ours give theirs back when they are completed.
        Label search = p.label();
        p.jumpIfEqual(completed.value(), submitted.value(), search);
        p.jumpIfEqual(pauses.value(), Arg.of(PAUSES_FOR_OURS), drain);
        pauses.add(1);
        p.attempt(SYS_nanosleep, pause, Arg.of(0));
        p.go(again);
        // They may be another processor's, where a request of the program has ended.
        p.place(search);
        Label first = p.label();
        p.jumpIfEqual(searches.value(), Arg.of(SEARCHES), drain);
        walk.next(first);
        walk.pin();
        p.go(again);
        p.place(first);
        searches.add(1);
        walk.pin();
        p.go(again);
        p.place(drain);
        drain(mark);
    }

    private void drain(Slot mark) {
        Variable pauses = new Variable(p, 0);
        Label again = p.label();
        Label done = p.label();
        p.place(again);
        scan(mark);
        p.store4(Arg.of(ring + Aio.RING_HEAD), head.value());
        p.jumpIfEqual(completed.value(), submitted.value(), done);
        p.jumpIfEqual(pauses.value(), Arg.of(PAUSES_FOR_OURS), done);
        pauses.add(1);
        p.attempt(SYS_nanosleep, pause, Arg.of(0));
        p.go(again);
        p.place(done);
    }

    // Events up to the tail: ours are counted, the program's kept.
    private void scan(Slot mark) {
        Label again = p.label();
        Label ours = p.label();
        Label next = p.label();
        Label done = p.label();
        p.place(again);
        p.jumpIfEqual(scanned.value(), p.load4(Arg.of(ring + Aio.RING_TAIL)), done);
        p.jumpIfEqual(p.compare(scannedAt.value(), mark, mark.size()), Arg.of(0), ours);
        p.copy(kept.value(), scannedAt.value(), Arg.of(Aio.EVENT_SIZE));
        kept.add(Aio.EVENT_SIZE);
        theirs.add(1);
        p.go(next);
        p.place(ours);
        completed.add(1);
        advance(head, headAt);
        p.place(next);
        advance(scanned, scannedAt);
        p.go(again);
        p.place(done);
    }

    private void writeBack(Arg buffer) {
        Variable from = new Variable(p, 0);
        Label again = p.label();
        Label done = p.label();
        from.set(buffer);
        p.place(again);
        p.jumpIfEqual(from.value(), kept.value(), done);
        p.copy(headAt.value(), from.value(), Arg.of(Aio.EVENT_SIZE));
        from.add(Aio.EVENT_SIZE);
        advance(new Variable(p, 0), headAt);
        p.go(again);
        p.place(done);
    }

    private void advance(Variable index, Variable address) {
        Label done = p.label();
        Label wrapped = p.label();
        index.add(1);
        address.add(Aio.EVENT_SIZE);
        p.jumpIfEqual(address.value(), Arg.of(end), wrapped);
        p.go(done);
        p.place(wrapped);
        index.set(Arg.of(0));
        address.set(Arg.of(ring + Aio.HEADER_SIZE));
        p.place(done);
    }

    // 1 of an error, 0 of anything else that these calls return
    private Step sign(Arg result) {
        return p.shiftRight(result, Arg.of(Long.SIZE - 1));
    }

    /** To be run by the process itself. */
    Program program() {
        return program;
    }

    /** What became of it. */
    Outcome outcome(ProgramResults results) {
        long word = read(results, outcome);
        for (Outcome known : Outcome.values()) {
            if (known.word == word) {
                return known;
            }
        }
        throw new IllegalStateException("outcome " + word);
    }

    /** The requests that were in flight when the waiting was over. */
    long inFlight(ProgramResults results) {
        return slots - read(results, filled) - read(results, theirsThen);
    }

    private static long read(ProgramResults results, Variable variable) {
        return results.slot(variable.slot()).get(JAVA_LONG, 0);
    }
}
