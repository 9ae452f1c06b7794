package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getpgrp;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getpid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigaction;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_wait4;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.program.x86_64.SignalForwarder;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.Signal;
import dev.reprise.kernel.WaitStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/**
 * We behave like the restored program: its end is ours, our signals are its, and when it is stopped so are we.
 *
 * <p>Until {@link #close} the signals of this whole process are sent on, by machine code: the JVM hears of none of them.
 */
public final class Foreground implements AutoCloseable {
    private static final int PAGE = 4096;
    private static final int READ_WRITE_EXECUTE = 7;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final int WUNTRACED = 2;
    private static final int STOPPED = Signal.SIGSTOP << 8 | 0x7f;
    private static final long POLL_NANOS = 10_000_000;

    private final RestoreRun.Running program;
    private final MemorySegment code;
    private final MemorySegment before = Arena.ofAuto().allocate((long) Signal.SIGACTION_SIZE * (Signal.LAST + 1), 8);

    /** Sends signals on to a restored program from now on. */
    public Foreground(RestoreRun.Running program) throws KernelException {
        this.program = program;
        long address = Door.call(SYS_mmap, 0, PAGE, READ_WRITE_EXECUTE, PRIVATE_ANONYMOUS, -1, 0);
        code = Native.at(Door.require(address, "mmap", "signal handler"), PAGE);
        byte[] handler = SignalForwarder.code();
        MemorySegment.copy(handler, 0, code, JAVA_BYTE, 0, handler.length);
        code.set(JAVA_LONG, SignalForwarder.TARGET, program.pid());
        for (int signal = 1; signal <= Signal.LAST; signal++) {
            if (isSentOn(signal)) {
                handle(signal, address + SignalForwarder.HANDLER);
            }
        }
        // Else taking the terminal back would stop us.
        handle(Signal.SIGTTOU, Signal.SIG_IGN);
    }

    // Not those that tell a process of its own doings.
    private static boolean isSentOn(int signal) {
        return switch (signal) {
            case Signal.SIGILL, Signal.SIGTRAP, Signal.SIGABRT, Signal.SIGBUS, Signal.SIGFPE, Signal.SIGSEGV -> false;
            case Signal.SIGPIPE, Signal.SIGSYS, Signal.SIGCHLD, Signal.SIGCONT, Signal.SIGTTIN, Signal.SIGTTOU -> false;
            default -> !Signal.isUncatchable(signal);
        };
    }

    private void handle(int signal, long handler) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment action = arena.allocate(Signal.SIGACTION_SIZE, 8);
            action.set(JAVA_LONG, 0, handler);
            action.set(JAVA_LONG, 8, Signal.SA_RESTORER | Signal.SA_RESTART);
            action.set(JAVA_LONG, 16, code.address() + SignalForwarder.RESTORER);
            action.set(JAVA_LONG, 24, -1);
            Door.call(SYS_rt_sigaction, signal, action.address(), old(signal).address(), Signal.SIGSET_SIZE);
        }
    }

    // The C library's two own signals cannot be set: their old action stays zero.
    private MemorySegment old(int signal) {
        return before.asSlice((long) Signal.SIGACTION_SIZE * signal, Signal.SIGACTION_SIZE);
    }

    /** Waits until the program has ended; its exit status, 128+n when signal n ended it. */
    public int waitFor() throws KernelException {
        while (true) {
            WaitStatus status = await();
            if (!status.isStopped()) {
                takeTerminalBack();
                return status.exitStatus();
            }
            takeTerminalBack();
            // Here we stand until somebody continues us.
            Door.call(SYS_kill, Door.call(SYS_getpid), Signal.SIGSTOP);
            if (ControllingTerminal.isOurs()) {
                ControllingTerminal.giveTo(program.pid());
            }
            Door.call(SYS_kill, program.pid(), Signal.SIGCONT);
        }
    }

    private WaitStatus await() throws KernelException {
        if (program.child() != program.pid()) {
            return awaitInNamespace();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            long result;
            do {
                result = Door.call(SYS_wait4, program.child(), status.address(), WUNTRACED | WaitStatus.WALL, 0);
            } while (result == -Errno.EINTR.code());
            Door.require(result, "wait4", "process " + program.child());
            return new WaitStatus(status.get(JAVA_INT, 0));
        }
    }

    // Nobody tells us that a child of the namespace's first process has stopped: we look, until the latter ends.
    private WaitStatus awaitInNamespace() throws KernelException {
        while (true) {
            WaitStatus ended = WaitStatus.poll(program.child());
            if (ended != null) {
                return ended;
            }
            if (isStopped()) {
                return new WaitStatus(STOPPED);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private boolean isStopped() {
        try {
            return ProcStatus.of(program.pid(), program.pid()).state() == 'T';
        } catch (KernelException ended) {
            return false;
        }
    }

    private static void takeTerminalBack() {
        ControllingTerminal.giveTo((int) Door.call(SYS_getpgrp));
    }

    @Override
    public void close() {
        for (int signal = 1; signal <= Signal.LAST; signal++) {
            if (isSentOn(signal) || signal == Signal.SIGTTOU) {
                Door.call(SYS_rt_sigaction, signal, old(signal).address(), 0, Signal.SIGSET_SIZE);
            }
        }
        Door.call(SYS_munmap, code.address(), PAGE);
    }
}
