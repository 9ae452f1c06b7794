package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_execveat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit_group;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_memfd_create;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigprocmask;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.program.x86_64.SeedElf;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.WaitStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the process that a restore begins with: all signals blocked, default actions, executing the seed.
 *
 * <p>No parent death signal is needed: until it is seized the seed waits for the segment's LIFE word, which leads it to
 * its end when we die, and it cannot get there when the segment is gone.
 */
final class Spawn {
    private static final int SIGCHLD = 17;
    private static final int SIG_SETMASK = 2;
    private static final int MFD_CLOEXEC = 1;
    /** How /proc/PID/exe of a seed begins, until it has a program's own. */
    static final String SEED = "/memfd:" + SeedElf.NAME;

    private static final int FAILED = 127;

    private Spawn() {}

    /** A child of ours with {@code pid} (0: any), in the new namespaces of {@code flags}; its pid as we see it. */
    static int child(byte[] elf, long flags, int pid) throws KernelException {
        try (Fd file = memoryFile(elf)) {
            ProgramBuilder p = new ProgramBuilder();
            List<Attempt> attempts = execute(p, file, flags);
            try (LocalChild child = new LocalChild(p.build())) {
                int[] wanted = pid == 0 ? new int[0] : new int[] {pid};
                int made = child.start(flags | CloneArgs.CLONE_CLEAR_SIGHAND, SIGCHLD, wanted);
                try {
                    Attempt.requireAll(attempts, child);
                } catch (KernelException failure) {
                    WaitStatus.of(made);
                    throw failure;
                }
                return made;
            }
        }
    }

    /** The same, but it will be an orphan when its parent, which may make the session, leaves it. */
    static PassingParent orphan(byte[] elf, long flags, int pid, FirstSession session) throws KernelException {
        try (Fd file = memoryFile(elf)) {
            return new PassingParent(flags | CloneArgs.CLONE_CLEAR_SIGHAND, pid, session, p -> execute(p, file, flags));
        }
    }

    // Blocked signals stay pending until the restored mask lets them through: they are the program's. The call that
    // succeeds in the end never returns, and leaves no result.
    private static List<Attempt> execute(ProgramBuilder p, Fd file, long flags) {
        List<Attempt> attempts = new ArrayList<>();
        Label failed = p.label();
        p.attempt(SYS_rt_sigprocmask, Arg.of(SIG_SETMASK), p.longs(-1), Arg.of(0), Arg.of(8));
        if ((flags & CloneArgs.CLONE_NEWUSER) != 0) {
            OwnUserNamespace.settle(p, attempts, failed);
        }
        Slot name = p.string("reprise");
        Slot argv = p.space(16);
        p.store8(argv, name);
        Slot nothing = p.space(8);
        Step exec = p.attempt(
                SYS_execveat, Arg.of(file.number()), p.string(""), argv, nothing, Arg.of(Fcntl.AT_EMPTY_PATH));
        attempts.add(new Attempt(exec, "execveat", "seed"));
        p.place(failed);
        p.attempt(SYS_exit_group, FAILED);
        return attempts;
    }

    private static Fd memoryFile(byte[] content) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = Native.bytes(arena, content);
            Fd file = new Fd(Door.require(
                    Door.call(
                            SYS_memfd_create, Native.string(arena, SeedElf.NAME).address(), MFD_CLOEXEC),
                    "memfd_create",
                    "seed"));
            try {
                write(file, bytes);
                return file;
            } catch (KernelException failure) {
                file.close();
                throw failure;
            }
        }
    }

    private static void write(Fd file, MemorySegment bytes) throws KernelException {
        for (long done = 0; done < bytes.byteSize(); ) {
            long left = bytes.byteSize() - done;
            done += Door.require(Door.call(SYS_write, file.number(), bytes.address() + done, left), "write", "seed");
        }
    }
}
