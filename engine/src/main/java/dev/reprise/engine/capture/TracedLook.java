package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ptrace;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.tracee.Tracee;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.x86_64.UserRegs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What only its tracer sees of a thread and nobody can save: right after the freeze, before anything is injected (a thread
 * whose system calls are dispatched to itself would die of ours).
 */
final class TracedLook {
    private static final int PTRACE_PEEKUSR = 3;
    private static final int PTRACE_GETREGSET = 0x4204;
    private static final int PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG = 0x4211;
    private static final int NT_386_IOPERM = 0x201;
    // offsetof(struct user, u_debugreg[7]), arch/x86/include/asm/user_64.h
    private static final int DEBUG_CONTROL = 904;
    private static final long DEBUG_ENABLED = 0xff;
    private static final int PORTS = 8192;
    private static final int DISPATCH_SIZE = 32;
    private static final long CODE_32 = 0x23;
    private static final long X32_CALL = 1 << 30;

    private final MemorySegment words;
    private final MemorySegment ports;
    private final List<Refusal> refusals = new ArrayList<>(0);

    private TracedLook(Arena arena) {
        words = arena.allocate(DISPATCH_SIZE, 8);
        ports = arena.allocate(PORTS, 8);
    }

    /** On the tracer thread, for frozen threads. */
    static List<Refusal> look(List<Tracee> tracees) {
        try (Arena arena = Arena.ofConfined()) {
            TracedLook look = new TracedLook(arena);
            for (Tracee tracee : tracees) {
                look.at(tracee);
            }
            return look.refusals;
        }
    }

    private void at(Tracee tracee) {
        int tid = tracee.tid();
        long[] registers = tracee.registers();
        long call = registers[UserRegs.ORIG_RAX];
        if (registers[UserRegs.CS] == CODE_32 || call >= 0 && (call & X32_CALL) != 0) {
            refuse("32-bit code", tid, "only 64-bit programs can be checkpointed");
        }
        long control = request(PTRACE_PEEKUSR, tid, DEBUG_CONTROL, words.address()) == 0 ? words.get(JAVA_LONG, 0) : 0;
        if ((control & DEBUG_ENABLED) != 0) {
            refuse("debug registers", tid, "hardware breakpoints are set, and not saved yet");
        }
        words.set(JAVA_LONG, 0, ports.address());
        words.set(JAVA_LONG, 8, PORTS);
        if (request(PTRACE_GETREGSET, tid, NT_386_IOPERM, words.address()) == 0) {
            refuse("I/O ports (ioperm)", tid, "they are not saved yet");
        }
        long known = request(PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG, tid, DISPATCH_SIZE, words.address());
        if (known == 0 && words.get(JAVA_LONG, 0) != 0) {
            refuse("syscall user dispatch", tid, "it is not saved yet");
        }
    }

    // An error says that the kernel has no such thing, or the thread is not using it.
    private static long request(int request, int tid, long address, long data) {
        return Door.call(SYS_ptrace, request, tid, address, data);
    }

    private void refuse(String what, int tid, String reason) {
        refusals.add(new Refusal(what, "task " + tid, reason, ""));
    }
}
