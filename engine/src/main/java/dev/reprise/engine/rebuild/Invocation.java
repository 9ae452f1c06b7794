package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pause;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_read;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.Mman;

/**
 * The arguments and the environment of the exec, for a program that asks: one of its threads was in pause(2) with
 * {@link #QUESTION} in the first argument register, which pause does not look at. Its pause returns the address of
 *
 * <pre>
 * struct { u64 arguments, argument_bytes, environment, environment_bytes; }
 * </pre>
 *
 * <p>whose two addresses lead to strings that end in NUL, one after the other, as in /proc/self/cmdline and environ.
 * Such a program also keeps the directory and the umask of the exec.
 */
final class Invocation {
    /** "reprise?", read as eight bytes. */
    static final long QUESTION = 0x3f65736972706572L;

    /** More than the kernel lets an exec have (6 MiB). */
    private static final long ROOM = 16L << 20;

    private static final int HEADER = 64;
    private static final long PIECE = 1L << 20;

    private final long address;

    /** @param address where it goes: {@link #ROOM} bytes are free there */
    Invocation(long address) {
        this.address = address;
    }

    /** Whether a thread asks. */
    static boolean isAskedBy(TaskState task) {
        return task.registers().rax() == SYS_pause && task.registers().rdi() == QUESTION;
    }

    /** Where the answer stands. */
    long address() {
        return address;
    }

    /** Adds: reads both, while the process is still what the exec made. */
    void add(ProgramBuilder p) {
        p.call(
                        SYS_mmap,
                        address,
                        ROOM,
                        Mman.PROT_READ | Mman.PROT_WRITE,
                        Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_NORESERVE | Mman.MAP_FIXED_NOREPLACE,
                        -1,
                        0)
                .about("the arguments");
        Slot next = p.longs(address + HEADER);
        read(p, "/proc/self/cmdline", next, 0);
        read(p, "/proc/self/environ", next, 2);
    }

    private void read(ProgramBuilder p, String file, Slot next, int word) {
        Slot start = p.longs(0);
        Slot bytes = p.longs(0);
        Label more = p.label();
        Label done = p.label();
        p.store8(start, Arg.contentOf(next));
        Step opened = p.call(SYS_openat, Arg.of(Fd.AT_FDCWD), p.string(file), Arg.of(Fcntl.O_RDONLY), Arg.of(0))
                .about(file);
        p.place(more);
        Step n = p.call(SYS_read, opened, Arg.contentOf(next), Arg.of(PIECE)).about(file);
        p.jumpIfEqual(n, Arg.of(0), done);
        p.store8(next, p.add(Arg.contentOf(next), n));
        p.store8(bytes, p.add(Arg.contentOf(bytes), n));
        p.go(more);
        p.place(done);
        p.call(SYS_close, opened);
        p.store8(Arg.of(address + (long) word * Long.BYTES), Arg.contentOf(start));
        p.store8(Arg.of(address + (word + 1L) * Long.BYTES), Arg.contentOf(bytes));
    }
}
