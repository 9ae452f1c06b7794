package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_arch_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clone;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clone3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_dup3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit_group;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getpriority;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioprio_set;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_personality;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pidfd_getfd;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pidfd_open;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prlimit64;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigaction;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_set_mempolicy;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setpriority;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sigaltstack;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Prctl;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.Resource;
import dev.reprise.kernel.Sched;
import dev.reprise.kernel.Shm;
import dev.reprise.kernel.Signal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * The program by which a twin forks the process that a restore begins with.
 *
 * <p>The twin makes a helper, which has its memory but descriptors and attributes of its own; that makes itself like us, takes our
 * descriptors, forks, and ends. So the page tables are copied once, and the twin itself changes nothing and holds nothing. What is
 * forked attaches our segment and parks there, as a seed does, an orphan from the beginning.
 */
final class TwinBirth {
    private static final long HELPER =
            CloneArgs.CLONE_VM | CloneArgs.CLONE_VFORK | CloneArgs.CLONE_PARENT | CloneArgs.CLONE_UNTRACED;
    private static final int FAILED = 127;
    private static final long SS_DISABLE = 2;
    /** personality(2) only tells. */
    private static final long TELL = 0xffffffffL;

    private static final long NO_LIMIT = 20;

    private final ProgramBuilder p = new ProgramBuilder();
    private final List<Step> taken = new ArrayList<>();
    private final Step helper;
    private final Step process;
    private final Step descriptor;
    private final Step clone;
    private final Program program;

    /**
     * A program whose clone parks in {@code segment} with {@code control}.
     *
     * @param flags of clone3(2): namespaces
     * @param pid the wanted id; 0 for any
     * @param descriptors those of ours that it takes, under their numbers
     */
    TwinBirth(Segment segment, long control, long flags, int pid, Collection<Integer> descriptors)
            throws KernelException {
        Label helps = p.label();
        Label forked = p.label();
        Label ends = p.label();
        helper = p.attemptFork(SYS_clone, helps, Arg.of(HELPER), Arg.of(0), Arg.of(0), Arg.of(0), Arg.of(0));
        p.end();
        p.place(helps);
        becomeLikeUs();
        TreeSet<Integer> numbers = new TreeSet<>(descriptors);
        numbers.removeIf(number -> number < 0);
        process = p.attempt(SYS_pidfd_open, Proc.ownPid(), 0);
        endIfError(process, ends);
        int above = numbers.isEmpty() ? 0 : numbers.last() + 1;
        descriptor = p.attempt(SYS_fcntl, process, Arg.of(Fcntl.F_DUPFD), Arg.of(above));
        endIfError(descriptor, ends);
        Label moved = p.label();
        p.jumpIfEqual(process, descriptor, moved);
        p.attempt(SYS_close, process);
        p.place(moved);
        numbers.forEach(number -> take(number, ends));
        p.attempt(SYS_close, descriptor);
        clone = p.attemptFork(SYS_clone3, forked, args(flags, pid), Arg.of(CloneArgs.SIZE));
        p.place(ends);
        p.attempt(SYS_exit_group, 0);
        p.place(forked);
        arrive(segment, control);
        program = p.build();
    }

    // Whatever is left to a parent is done in the end as for every restored process; this is for the time until then.
    private void becomeLikeUs() throws KernelException {
        becomePlain();
        p.attempt(SYS_prctl, Arg.of(Prctl.PR_SET_NAME), p.string("reprise"));
        p.attempt(SYS_setpriority, Sched.PRIO_PROCESS, 0, NO_LIMIT - Door.call(SYS_getpriority, Sched.PRIO_PROCESS, 0));
        p.attempt(SYS_ioprio_set, Sched.IOPRIO_WHO_PROCESS, 0, 0);
        Slot plain = p.space(Signal.SIGACTION_SIZE);
        p.attempt(SYS_rt_sigaction, Arg.of(Signal.SIGCHLD), plain, Arg.of(0), Arg.of(Signal.SIGSET_SIZE));
        byte[] score = Proc.text("/proc/self/oom_score_adj").strip().getBytes(StandardCharsets.US_ASCII);
        Step file = p.attempt(
                SYS_openat, Arg.of(Fd.AT_FDCWD), p.string("/proc/self/oom_score_adj"), Arg.of(Fcntl.O_WRONLY));
        p.attempt(SYS_write, file, p.bytes(score), Arg.of(score.length));
        p.attempt(SYS_close, file);
    }

    // What a plan does not set where it is the default: it may be that of the thread that has made the twin.
    // Limits, personality and slack hold from the beginning.
    private void becomePlain() throws KernelException {
        p.setStackPointer(Arg.of(0)); // nobody, the fork included, may change the signal stack that he is on
        p.attempt(SYS_sigaltstack, p.longs(0, SS_DISABLE, 0), Arg.of(0));
        p.attempt(SYS_set_mempolicy, 0, 0, 0);
        p.attempt(SYS_prctl, Prctl.PR_SET_TSC, 1);
        p.attempt(SYS_arch_prctl, Prctl.ARCH_SET_CPUID, 1);
        p.attempt(SYS_prctl, Prctl.PR_MCE_KILL, 0, 0, 0, 0);
        p.attempt(SYS_prctl, Prctl.PR_SET_IO_FLUSHER, 0, 0, 0, 0);
        p.attempt(SYS_prctl, Prctl.PR_SET_TIMERSLACK, Door.call(SYS_prctl, Prctl.PR_GET_TIMERSLACK));
        p.attempt(SYS_personality, Door.call(SYS_personality, TELL));
        Slot files = p.space(Resource.SIZE);
        Arg limit = Arg.of(Resource.RLIMIT_NOFILE);
        p.attempt(SYS_prlimit64, Arg.of(0), limit, Arg.of(0), files);
        p.store8(files, Arg.contentOf(files.plus(Long.BYTES)));
        p.attempt(SYS_prlimit64, Arg.of(0), limit, files, Arg.of(0));
    }

    // In ascending order: what it gets is the lowest number that is free.
    private void take(int number, Label ends) {
        Label next = p.label();
        Label there = p.label();
        Step got = p.attempt(SYS_pidfd_getfd, descriptor, Arg.of(number), Arg.of(0));
        taken.add(got);
        p.jumpIfEqual(got, Arg.of(-Errno.EBADF.code()), next);
        endIfError(got, ends);
        p.jumpIfEqual(got, Arg.of(number), there);
        p.attempt(SYS_dup3, got, Arg.of(number), Arg.of(0));
        p.attempt(SYS_close, got);
        p.place(there);
        p.place(next);
    }

    private void endIfError(Step step, Label ends) {
        p.jumpIfEqual(p.shiftRight(step, Arg.of(Long.SIZE - 1)), Arg.of(1), ends);
    }

    private Slot args(long flags, int pid) {
        Slot args = p.space(CloneArgs.SIZE);
        p.store8(args.plus(CloneArgs.FLAGS), Arg.of(flags | CloneArgs.CLONE_PARENT | CloneArgs.CLONE_CLEAR_SIGHAND));
        if (pid != 0) {
            p.store8(args.plus(CloneArgs.SET_TID), p.ints(pid));
            p.store8(args.plus(CloneArgs.SET_TID_SIZE), Arg.of(1));
        }
        return args;
    }

    private void arrive(Segment segment, long control) {
        Label arrived = p.label();
        Arg address = Arg.of(segment.address().value());
        Step attached = p.attempt(SYS_shmat, Arg.of(segment.id()), address, Arg.of(Shm.SHM_EXEC));
        p.jumpIfEqual(attached, address, arrived);
        p.attempt(SYS_exit_group, FAILED);
        p.place(arrived);
        p.setControl(Arg.of(control));
        p.jump(Arg.of(segment.parkAddress()));
    }

    Program program() {
        return program;
    }

    /** The id of who has been forked, as we see it. */
    int pid(ProgramResults results) throws KernelException {
        require(results, helper, "clone", "a helper of the process that holds the memory");
        require(results, process, "pidfd_open", "ourselves");
        require(results, descriptor, "fcntl", "a descriptor");
        for (Step got : taken) {
            if (results.result(got) != -Errno.EBADF.code()) {
                require(results, got, "pidfd_getfd", "a descriptor of ours");
            }
        }
        long made = require(results, clone, "clone3", "a fork of the process that holds the memory");
        if (made == 0) {
            throw new KernelException("clone3", "a fork of the process that holds the memory", Errno.EAGAIN);
        }
        return (int) made;
    }

    private static long require(ProgramResults results, Step step, String call, String subject) throws KernelException {
        return Door.require(results.result(step), call, subject);
    }
}
