package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_wait4;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_waitid;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What wait4(2) says of a task. */
public record WaitStatus(int value) {
    public static final int WNOHANG = 1;
    public static final int WALL = 0x40000000;

    private static final int WNOTHREAD = 0x20000000;
    private static final int WSTOPPED = 2;
    private static final int WEXITED = 4;
    private static final int WNOWAIT = 0x01000000;
    private static final int P_PID = 1;
    private static final int SIGINFO = 128;
    private static final int SI_CODE = 8;
    private static final int SI_PID = 16;
    private static final int SI_STATUS = 24;
    private static final int CLD_TRAPPED = 4;
    private static final int STOPPED = 0x7f;
    private static final int SYSCALL_MARK = 0x80;
    private static final int SIGTRAP = 5;

    /** Waits for a named task; never for any child: other parts of the process have children of their own. */
    public static WaitStatus of(int tid) throws KernelException {
        return await(tid, WALL);
    }

    /**
     * The same for a task that this very thread traces, or has cloned. Another one that has its id by now, and another thread
     * of ours for a parent or tracer, is left alone: its stops are not ours to take.
     */
    public static WaitStatus ofOwn(int tid) throws KernelException {
        return await(tid, WALL | WNOTHREAD);
    }

    private static WaitStatus await(int tid, int options) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            long result;
            do {
                result = Door.call(SYS_wait4, tid, status.address(), options, 0);
            } while (result == -Errno.EINTR.code());
            if (result == -Errno.ECHILD.code()) {
                throw new TaskDiedException("wait4", tid);
            }
            Door.require(result, "wait4", "task " + tid);
            return new WaitStatus(status.get(JAVA_INT, 0));
        }
    }

    /** The next report of a task if there is one already, else {@code null}. */
    public static @org.jspecify.annotations.Nullable WaitStatus poll(int tid) throws KernelException {
        return poll(tid, 0);
    }

    /** The same for a task that this very thread traces, or has cloned; as {@link #ofOwn}. */
    public static @org.jspecify.annotations.Nullable WaitStatus pollOwn(int tid) throws KernelException {
        return poll(tid, WNOTHREAD);
    }

    private static @org.jspecify.annotations.Nullable WaitStatus poll(int tid, int options) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            long result = Door.call(SYS_wait4, tid, status.address(), WALL | WNOHANG | options, 0);
            if (result == -Errno.ECHILD.code()) {
                throw new TaskDiedException("wait4", tid);
            }
            return Door.require(result, "wait4", "task " + tid) == 0 ? null : new WaitStatus(status.get(JAVA_INT, 0));
        }
    }

    /**
     * The next stop of a process that this very thread traces, if there is one already, else {@code null}. Its end is a
     * {@link TaskDiedException}, and is left for its parent: that may be another part of this very process, for which the kernel
     * keeps no second report.
     */
    public static @org.jspecify.annotations.Nullable WaitStatus pollStop(int pid) throws KernelException {
        return stop(pid, WNOHANG);
    }

    // siginfo_t: int signo, errno, code, pad; pid_t pid; uid_t uid; int status
    private static @org.jspecify.annotations.Nullable WaitStatus stop(int pid, int options) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(SIGINFO, 8);
            wait(pid, info, WSTOPPED | WEXITED | WNOWAIT | options);
            if (info.get(JAVA_INT, SI_PID) == 0) {
                return null;
            }
            if (info.get(JAVA_INT, SI_CODE) < CLD_TRAPPED) {
                throw new TaskDiedException("waitid", pid);
            }
            info.fill((byte) 0);
            wait(pid, info, WSTOPPED | WNOHANG);
            // it may have been killed out of that stop
            return info.get(JAVA_INT, SI_PID) == 0
                    ? null
                    : new WaitStatus(info.get(JAVA_INT, SI_STATUS) << 8 | STOPPED);
        }
    }

    private static void wait(int pid, MemorySegment info, int options) throws KernelException {
        long result;
        do {
            result = Door.call(SYS_waitid, P_PID, pid, info.address(), options | WALL | WNOTHREAD, 0);
        } while (result == -Errno.EINTR.code());
        if (result == -Errno.ECHILD.code()) {
            throw new TaskDiedException("waitid", pid);
        }
        Door.require(result, "waitid", "process " + pid);
    }

    /** Whether the task stands still, for whatever reason. */
    public boolean isStopped() {
        return (value & 0xff) == STOPPED;
    }

    /** The signal of a stop: of a delivery or group stop, or SIGTRAP. */
    public int stopSignal() {
        return value >> 8 & 0xff;
    }

    /** The PTRACE_EVENT of a stop; 0 for none. */
    public int event() {
        return value >> 16 & 0xff;
    }

    /** At the entry to or exit from a system call (with PTRACE_O_TRACESYSGOOD). */
    public boolean isSyscallStop() {
        return isStopped() && event() == 0 && stopSignal() == (SIGTRAP | SYSCALL_MARK);
    }

    /** After PTRACE_INTERRUPT, or in a group stop. */
    public boolean isEventStop() {
        return isStopped() && event() == Ptrace.EVENT_STOP;
    }

    /** A signal is about to be delivered. */
    public boolean isSignalStop() {
        return isStopped() && event() == 0 && !isSyscallStop();
    }

    /** The exit status, or 128 + n for a death by signal n; only for what is not stopped. */
    public int exitStatus() {
        int signal = value & 0x7f;
        return signal == 0 ? value >> 8 & 0xff : 128 + signal;
    }

    @Override
    public String toString() {
        if (!isStopped()) {
            return "ended with status " + exitStatus();
        }
        return "stopped by signal " + stopSignal() + (event() == 0 ? "" : ", event " + event());
    }
}
