package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mlockall;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.MmFields;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.PrctlMemory;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What the kernel keeps about an address space as a whole: borders, auxv, exe link, and a few switches. */
final class MmRebuild {
    /**
     * struct prctl_mm_map: u64 start_code, end_code, start_data, end_data, start_brk, brk, start_stack, arg_start,
     * arg_end, env_start, env_end, auxv; u32 auxv_size, exe_fd.
     */
    private static final int MM_MAP_SIZE = 104;

    private static final int AUXV = 88;
    private static final int AUXV_SIZE = 96;
    private static final int EXE_FD = 100;

    private MmRebuild() {}

    /** {@code memfds}: null where its executable is the one already, which is not changed while it is mapped (kernel/fork.c, replace_mm_exe_file). */
    static void add(ProgramBuilder p, AddressSpace space, @Nullable MemoryFiles memfds) {
        fields(p, space, memfds);
        if (space.thpDisabled() != 0) {
            // what it tells is 1 and the flags
            p.call(SYS_prctl, PrctlMemory.PR_SET_THP_DISABLE, 1, space.thpDisabled() & ~1, 0, 0)
                    .about("no huge pages");
        }
        coredumpFilter(p, space.coredumpFilter());
        if (space.lockFlags() != 0) {
            p.call(SYS_mlockall, space.lockFlags()).about("locking of future mappings");
        }
    }

    /**
     * The borders alone. Without that of the heap, brk(2) answers with this program's own: the C library takes the difference
     * for memory given back, and what it says of its heap from then on is wrong.
     */
    static void borders(ProgramBuilder p, AddressSpace space) {
        Slot map = map(p, space.fields());
        p.store4(map.plus(EXE_FD), Arg.of(-1));
        p.call(SYS_prctl, setting(map)).about("the borders of the heap");
    }

    private static Slot map(ProgramBuilder p, MmFields f) {
        return p.longs(
                f.startCode(),
                f.endCode(),
                f.startData(),
                f.endData(),
                f.startBrk(),
                f.brk(),
                f.startStack(),
                f.argStart(),
                f.argEnd(),
                f.envStart(),
                f.envEnd(),
                0,
                0);
    }

    private static Arg[] setting(Slot map) {
        return new Arg[] {
            Arg.of(PrctlMemory.PR_SET_MM), Arg.of(PrctlMemory.PR_SET_MM_MAP), map, Arg.of(MM_MAP_SIZE), Arg.of(0)
        };
    }

    private static void fields(ProgramBuilder p, AddressSpace space, @Nullable MemoryFiles memfds) {
        Slot map = map(p, space.fields());
        p.store8(map.plus(AUXV), p.bytes(space.auxv().toArray()));
        p.store4(map.plus(AUXV_SIZE), Arg.of(space.auxv().length()));
        Arg[] call = setting(map);
        if (memfds == null) {
            p.store4(map.plus(EXE_FD), Arg.of(-1));
            p.call(SYS_prctl, call).about("the borders and the auxiliary vector");
            return;
        }
        Step exe = memfds.openForReading(p, space.executable());
        p.store4(map.plus(EXE_FD), exe);
        Step all = p.privileged(SYS_prctl, call).about("the executable, its borders and auxiliary vector");
        if (p.isForAnyone()) {
            // Only the link to the executable takes a capability.
            Label done = p.label();
            p.jumpIfEqual(all, Arg.of(0), done);
            p.store4(map.plus(EXE_FD), Arg.of(-1));
            p.call(SYS_prctl, call).about("the borders and the auxiliary vector");
            p.place(done);
        }
        p.call(SYS_close, exe);
    }

    // Without /proc the restored program keeps the tool's filter, which matters only to core dumps.
    private static void coredumpFilter(ProgramBuilder p, int filter) {
        byte[] text = ("0x" + Integer.toHexString(filter)).getBytes(StandardCharsets.ISO_8859_1);
        Step file = p.attempt(
                SYS_openat,
                Arg.of(Fd.AT_FDCWD),
                p.string("/proc/self/coredump_filter"),
                Arg.of(Fcntl.O_WRONLY | Fcntl.O_CLOEXEC),
                Arg.of(0));
        p.attempt(SYS_write, file, p.bytes(text), Arg.of(text.length));
        p.attempt(SYS_close, file);
    }
}
