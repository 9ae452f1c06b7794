package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clone;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getrusage;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_nanosleep;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigprocmask;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_wait4;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.program.Variable;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Mman;
import dev.reprise.kernel.Uffd;
import dev.reprise.kernel.WaitStatus;
import java.util.Map;

/**
 * The program that finds out whether a userfaultfd gets faults of the kernel, too (UFFD_USER_MODE_ONLY), which nothing shows
 * (docs/decisions/0011-idle-kernel-queues.md). Pure.
 *
 * <p>It runs to its end whatever becomes of us, while no thread of the program runs: a page of our own is registered, the kernel is made to read
 * it, and a helper serves the fault a while later. EFAULT: user mode only. Success after the thread has slept: it was a fault. Success without: the helper
 * was first, and it is tried again with more patience.
 */
final class FaultProbe {
    /** The calls that it is made of, by name: no seccomp filter may forbid one. */
    static final Map<String, Integer> CALLS = Map.of(
            "clone", SYS_clone,
            "exit", SYS_exit,
            "getrusage", SYS_getrusage,
            "ioctl", SYS_ioctl,
            "mmap", SYS_mmap,
            "munmap", SYS_munmap,
            "nanosleep", SYS_nanosleep,
            "rt_sigprocmask", SYS_rt_sigprocmask,
            "wait4", SYS_wait4);

    private static final long HELPER = CloneArgs.CLONE_VM | CloneArgs.CLONE_FILES | CloneArgs.CLONE_UNTRACED;
    private static final long FIRST_PATIENCE_NANOS = 200_000;
    private static final int ROUNDS = 9;
    private static final int SIG_BLOCK = 0;
    private static final int RUSAGE_THREAD = 1;
    private static final int RUSAGE_SIZE = 144;
    private static final int VOLUNTARY_SWITCHES = 128;
    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final int PRIVATE = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;
    private static final int FIXED = PRIVATE | Mman.MAP_FIXED_NOREPLACE;
    private static final long EFAULT = -Errno.EFAULT.code();

    /** What it has found. */
    enum Answer {
        /** There was no memory or no helper for it, or the helper was always first. */
        NONE(0),
        ALL_FAULTS(1),
        USER_MODE_ONLY(2);

        private final long word;

        Answer(long word) {
            this.word = word;
        }
    }

    private final ProgramBuilder p = new ProgramBuilder();
    private final Variable answer = new Variable(p, Answer.NONE.word);
    private final Variable rounds = new Variable(p, 0);
    private final Slot patience = p.longs(0, FIRST_PATIENCE_NANOS);
    private final Slot before = p.space(RUSAGE_SIZE);
    private final Slot after = p.space(RUSAGE_SIZE);
    private final Slot register = p.longs(0, PageRun.PAGE_SIZE, Uffd.UFFDIO_REGISTER_MODE_MISSING, 0);
    private final Slot zeropage = p.longs(0, PageRun.PAGE_SIZE, 0, 0);
    private final Slot unregister = p.longs(0, PageRun.PAGE_SIZE);
    private final Program program;

    /** Of a descriptor of the process. */
    FaultProbe(int descriptor) {
        program = build(Arg.of(descriptor));
    }

    private Program build(Arg faults) {
        Label helper = p.label();
        Label over = p.label();
        Step page = map();
        p.jumpIfEqual(sign(page), Arg.of(1), over);
        p.store8(register, page);
        p.store8(zeropage, page);
        p.store8(unregister, page);
        Label again = p.label();
        Label unmap = p.label();
        Label userOnly = p.label();
        Label tooEarly = p.label();
        p.place(again);
        Step registered = p.attempt(SYS_ioctl, faults, Arg.of(Uffd.UFFDIO_REGISTER), register);
        p.jumpIfEqual(sign(registered), Arg.of(1), unmap);
        Step made = p.attemptFork(SYS_clone, helper, Arg.of(HELPER), Arg.of(0), Arg.of(0), Arg.of(0), Arg.of(0));
        Label unregistered = p.label();
        p.jumpIfEqual(sign(made), Arg.of(1), unregistered);
        p.attempt(SYS_getrusage, Arg.of(RUSAGE_THREAD), before);
        // No signal is in an empty set: nothing is blocked. (A sleep would forget the one that the thread was in
        // before.)
        Step read = p.attempt(SYS_rt_sigprocmask, Arg.of(SIG_BLOCK), page, Arg.of(0), Arg.of(Long.BYTES));
        p.attempt(SYS_getrusage, Arg.of(RUSAGE_THREAD), after);
        p.attempt(SYS_wait4, made, Arg.of(0), Arg.of(WaitStatus.WALL), Arg.of(0));
        p.attempt(SYS_ioctl, faults, Arg.of(Uffd.UFFDIO_UNREGISTER), unregister);
        p.jumpIfEqual(read, Arg.of(EFAULT), userOnly);
        p.jumpIfEqual(
                Arg.contentOf(before.plus(VOLUNTARY_SWITCHES)),
                Arg.contentOf(after.plus(VOLUNTARY_SWITCHES)),
                tooEarly);
        answer.set(Arg.of(Answer.ALL_FAULTS.word));
        p.go(unmap);
        p.place(userOnly);
        answer.set(Arg.of(Answer.USER_MODE_ONLY.word));
        p.go(unmap);
        p.place(tooEarly);
        p.attempt(SYS_munmap, page, Arg.of(PageRun.PAGE_SIZE));
        rounds.add(1);
        p.jumpIfEqual(rounds.value(), Arg.of(ROUNDS), over);
        Arg nanos = Arg.contentOf(patience.plus(Long.BYTES));
        p.store8(patience.plus(Long.BYTES), p.add(nanos, nanos));
        Step anew = p.attempt(
                SYS_mmap, page, Arg.of(PageRun.PAGE_SIZE), Arg.of(READ_WRITE), Arg.of(FIXED), Arg.of(-1), Arg.of(0));
        p.jumpIfEqual(anew, page, again);
        p.go(over);
        p.place(unregistered);
        p.attempt(SYS_ioctl, faults, Arg.of(Uffd.UFFDIO_UNREGISTER), unregister);
        p.place(unmap);
        p.attempt(SYS_munmap, page, Arg.of(PageRun.PAGE_SIZE));
        p.place(over);
        p.end();
        p.place(helper);
        serve(faults);
        return p.build();
    }

    private Step map() {
        return p.attempt(
                SYS_mmap,
                Arg.of(0),
                Arg.of(PageRun.PAGE_SIZE),
                Arg.of(READ_WRITE),
                Arg.of(PRIVATE),
                Arg.of(-1),
                Arg.of(0));
    }

    // Who waits is woken in any case.
    private void serve(Arg faults) {
        Label served = p.label();
        p.attempt(SYS_nanosleep, patience, Arg.of(0));
        Step zeroed = p.attempt(SYS_ioctl, faults, Arg.of(Uffd.UFFDIO_ZEROPAGE), zeropage);
        p.jumpIfEqual(zeroed, Arg.of(0), served);
        p.attempt(SYS_ioctl, faults, Arg.of(Uffd.UFFDIO_UNREGISTER), unregister);
        p.place(served);
        p.attempt(SYS_exit, 0);
    }

    private Step sign(Arg result) {
        return p.shiftRight(result, Arg.of(Long.SIZE - 1));
    }

    /** To be run by the process itself. */
    Program program() {
        return program;
    }

    /** What it has found. */
    Answer answer(ProgramResults results) {
        long word = results.slot(answer.slot()).get(JAVA_LONG, 0);
        for (Answer known : Answer.values()) {
            if (known.word == word) {
                return known;
            }
        }
        throw new IllegalStateException("answer " + word);
    }
}
