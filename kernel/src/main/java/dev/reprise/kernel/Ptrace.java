package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ptrace;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * ptrace(2), one method a request (include/uapi/linux/ptrace.h).
 *
 * <p>All requests must come from the thread that seized; the buffers are that thread's.
 */
public final class Ptrace {
    public static final int O_TRACESYSGOOD = 1;
    public static final int O_TRACEFORK = 2;
    public static final int O_TRACEVFORK = 4;
    public static final int O_TRACECLONE = 8;
    public static final int O_TRACEEXEC = 16;
    public static final int O_EXITKILL = 0x100000;
    public static final int O_SUSPEND_SECCOMP = 0x200000;

    public static final int EVENT_CLONE = 3;
    public static final int EVENT_EXEC = 4;
    public static final int EVENT_STOP = 128;

    private static final int CONT = 7;
    private static final int DETACH = 17;
    private static final int SYSCALL = 24;
    private static final int SETOPTIONS = 0x4200;
    private static final int GETEVENTMSG = 0x4201;
    private static final int GETREGSET = 0x4204;
    private static final int SETREGSET = 0x4205;
    private static final int SEIZE = 0x4206;
    private static final int INTERRUPT = 0x4207;
    private static final int PEEKSIGINFO = 0x4209;
    private static final int GETSIGMASK = 0x420a;
    private static final int SETSIGMASK = 0x420b;
    private static final int SECCOMP_GET_FILTER = 0x420c;
    private static final int SECCOMP_GET_METADATA = 0x420d;
    private static final int GET_RSEQ_CONFIGURATION = 0x420f;

    private static final int NT_PRSTATUS = 1;
    private static final int NT_X86_XSTATE = 0x202;
    private static final int REGISTER_WORDS = 27;
    private static final int XSTATE_MAX = 1 << 16;
    private static final int SIGINFO = 128;
    private static final int SOCK_FILTER = 8;
    private static final int SIGINFO_BATCH = 32;
    private static final int PEEKSIGINFO_SHARED = 1;

    private final MemorySegment iov;
    private final MemorySegment words;
    private final MemorySegment xstate;
    private final MemorySegment siginfos;
    private final MemorySegment peek;

    /** For the calling thread; its buffers live as long as {@code arena}. */
    public Ptrace(Arena arena) {
        iov = arena.allocate(16, 8);
        words = arena.allocate(8L * REGISTER_WORDS, 8);
        xstate = arena.allocate(XSTATE_MAX, 64);
        siginfos = arena.allocate((long) SIGINFO * SIGINFO_BATCH, 8);
        peek = arena.allocate(16, 8);
    }

    private static long request(int request, String name, int tid, long address, long data) throws KernelException {
        long result = Door.call(SYS_ptrace, request, tid, address, data);
        if (result == -Errno.ESRCH.code()) {
            throw new TaskDiedException(name, tid);
        }
        return Door.require(result, name, "task " + tid);
    }

    public void seize(int tid, int options) throws KernelException {
        request(SEIZE, "PTRACE_SEIZE", tid, 0, options);
    }

    public void interrupt(int tid) throws KernelException {
        request(INTERRUPT, "PTRACE_INTERRUPT", tid, 0, 0);
    }

    public void setOptions(int tid, int options) throws KernelException {
        request(SETOPTIONS, "PTRACE_SETOPTIONS", tid, 0, options);
    }

    /** Lets a stopped task run, with {@code signal} delivered (0: none). */
    public void resume(int tid, int signal) throws KernelException {
        request(CONT, "PTRACE_CONT", tid, 0, signal);
    }

    /** Lets a stopped task run to the next entry to or exit from a system call. */
    public void resumeToSyscall(int tid, int signal) throws KernelException {
        request(SYSCALL, "PTRACE_SYSCALL", tid, 0, signal);
    }

    public void detach(int tid, int signal) throws KernelException {
        request(DETACH, "PTRACE_DETACH", tid, 0, signal);
    }

    /** The value that came with the last event: a clone's new tid. */
    public long eventMessage(int tid) throws KernelException {
        request(GETEVENTMSG, "PTRACE_GETEVENTMSG", tid, 0, words.address());
        return words.get(JAVA_LONG, 0);
    }

    /** The words of user_regs_struct. */
    public long[] registers(int tid) throws KernelException {
        regset(GETREGSET, "PTRACE_GETREGSET", tid, NT_PRSTATUS, words, words.byteSize());
        return words.toArray(JAVA_LONG);
    }

    public void setRegisters(int tid, long[] registers) throws KernelException {
        MemorySegment.copy(registers, 0, words, JAVA_LONG, 0, REGISTER_WORDS);
        regset(SETREGSET, "PTRACE_SETREGSET", tid, NT_PRSTATUS, words, words.byteSize());
    }

    /** The XSAVE area in standard format, as long as this kernel makes it. */
    public byte[] xstate(int tid) throws KernelException {
        long length = regset(GETREGSET, "PTRACE_GETREGSET", tid, NT_X86_XSTATE, xstate, XSTATE_MAX);
        return Native.copy(xstate, length);
    }

    public void setXstate(int tid, byte[] area) throws KernelException {
        MemorySegment.copy(area, 0, xstate, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, area.length);
        regset(SETREGSET, "PTRACE_SETREGSET", tid, NT_X86_XSTATE, xstate, area.length);
    }

    private long regset(int request, String name, int tid, int type, MemorySegment buffer, long length)
            throws KernelException {
        iov.set(JAVA_LONG, 0, buffer.address());
        iov.set(JAVA_LONG, 8, length);
        request(request, name, tid, type, iov.address());
        return iov.get(JAVA_LONG, 8);
    }

    /** The task's own signal mask, also while a call like sigsuspend has replaced it. */
    public long signalMask(int tid) throws KernelException {
        request(GETSIGMASK, "PTRACE_GETSIGMASK", tid, 8, words.address());
        return words.get(JAVA_LONG, 0);
    }

    public void setSignalMask(int tid, long mask) throws KernelException {
        words.set(JAVA_LONG, 0, mask);
        request(SETSIGMASK, "PTRACE_SETSIGMASK", tid, 8, words.address());
    }

    /** The queued signals of the task, or of its process: siginfo_t of 128 bytes each, in order. */
    public List<byte[]> pendingSignals(int tid, boolean shared) throws KernelException {
        List<byte[]> pending = new ArrayList<>();
        while (true) {
            peek.set(JAVA_LONG, 0, pending.size());
            peek.set(JAVA_INT, 8, shared ? PEEKSIGINFO_SHARED : 0);
            peek.set(JAVA_INT, 12, SIGINFO_BATCH);
            long n = request(PEEKSIGINFO, "PTRACE_PEEKSIGINFO", tid, peek.address(), siginfos.address());
            for (int i = 0; i < n; i++) {
                pending.add(Native.copy(siginfos.asSlice((long) i * SIGINFO), SIGINFO));
            }
            if (n < SIGINFO_BATCH) {
                return pending;
            }
        }
    }

    /** A seccomp filter of a task, 8 bytes an instruction, the oldest at index 0; nothing when it has no such one. */
    public Optional<byte[]> seccompFilter(int tid, int index) throws KernelException {
        // The first request only asks how long it is.
        long length = Door.call(SYS_ptrace, SECCOMP_GET_FILTER, tid, index, 0);
        if (length == -Errno.ENOENT.code() || length == -Errno.EINVAL.code()) {
            return Optional.empty();
        }
        Door.require(length, "PTRACE_SECCOMP_GET_FILTER", "task " + tid);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment program = arena.allocate(SOCK_FILTER * length, 8);
            request(SECCOMP_GET_FILTER, "PTRACE_SECCOMP_GET_FILTER", tid, index, program.address());
            return Optional.of(Native.copy(program, program.byteSize()));
        }
    }

    /** Its SECCOMP_FILTER_FLAG_*, as far as the kernel tells. */
    public int seccompFlags(int tid, int index) throws KernelException {
        words.set(JAVA_LONG, 0, index);
        words.set(JAVA_LONG, 8, 0);
        request(SECCOMP_GET_METADATA, "PTRACE_SECCOMP_GET_METADATA", tid, 16, words.address());
        return (int) words.get(JAVA_LONG, 8);
    }

    /** A task's rseq registration: address, length, signature, flags; address 0 for none. */
    public long[] rseq(int tid) throws KernelException {
        request(GET_RSEQ_CONFIGURATION, "PTRACE_GET_RSEQ_CONFIGURATION", tid, 24, words.address());
        return new long[] {
            words.get(JAVA_LONG, 0), words.get(JAVA_INT, 8), words.get(JAVA_INT, 12), words.get(JAVA_INT, 16)
        };
    }
}
