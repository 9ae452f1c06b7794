package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pause;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_read;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.Mman;
import dev.reprise.kernel.PauseForArguments;
import dev.reprise.kernel.x86_64.UserRegs;

/**
 * The arguments and the environment of the exec, for a program that asks for them by {@link PauseForArguments}: its
 * pause(2) returns, with the address of
 *
 * <pre>
 *   0  u64 address, u64 length of the arguments, each with its NUL, argv[0] first
 *  16  u64 address, u64 length of the environment
 * </pre>
 */
final class PassedArguments {
    /** More than the kernel lets an exec pass. */
    private static final long ROOM = 16L << 20;

    private static final long HEADER = 4096;
    private static final int SYSCALL_LENGTH = 2;

    /** The address space it takes, below 2 * {@link #ROOM}. */
    static final long BYTES = HEADER + 2 * ROOM;

    private PassedArguments() {}

    /** Whether a thread waits for them. */
    static boolean areAwaited(ProcessState process) {
        return process.tasks().stream().anyMatch(task -> awaits(task));
    }

    private static boolean awaits(TaskState task) {
        long[] registers = task.registers().words();
        return registers[UserRegs.RAX] == SYS_pause && registers[UserRegs.RDI] == PauseForArguments.REQUEST;
    }

    /** Adds: they lie at {@code address}; first of all, while the initial stack is there. */
    static void add(ProgramBuilder p, long address) {
        int flags = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_NORESERVE | Mman.MAP_FIXED_NOREPLACE;
        p.call(SYS_mmap, address, BYTES, Mman.PROT_READ | Mman.PROT_WRITE, flags, -1, 0)
                .about("room for arguments");
        read(p, "/proc/self/cmdline", address, address + HEADER);
        read(p, "/proc/self/environ", address + 2 * Long.BYTES, address + HEADER + ROOM);
    }

    private static void read(ProgramBuilder p, String path, long entry, long to) {
        Step file = p.call(
                        SYS_openat,
                        Arg.of(Fd.AT_FDCWD),
                        p.string(path),
                        Arg.of(Fcntl.O_RDONLY | Fcntl.O_CLOEXEC),
                        Arg.of(0))
                .about(path);
        Step length = p.call(SYS_read, file, Arg.of(to), Arg.of(ROOM)).about(path);
        p.store8(Arg.of(entry), Arg.of(to));
        p.store8(Arg.of(entry + Long.BYTES), length);
        p.call(SYS_close, file);
    }

    /** The registers of a thread: behind its call, if it waits for what lies at {@code address}. */
    static long[] answered(TaskState task, long address) {
        long[] registers = task.registers().words();
        if (awaits(task)) {
            registers[UserRegs.RAX] = address;
            registers[UserRegs.RIP] += SYSCALL_LENGTH;
        }
        return registers;
    }
}
