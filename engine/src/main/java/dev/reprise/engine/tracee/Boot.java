package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmat;

import dev.reprise.engine.program.Program;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.Ptrace;
import dev.reprise.kernel.Shm;
import dev.reprise.kernel.x86_64.UserRegs;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Brings the segment into a process by one injected call, shmat, and its thread into the segment, by ONE SETREGS.
 *
 * <p>A thread in a call: it runs, with its original registers, into the entry of its own restarted call; there the call
 * becomes shmat and the return address the boot stub, in the mapping that does not exist yet. A thread in user code:
 * shmat is called by the vdso's own syscall instruction, whose epilogue takes its return address from the segment. So it is in a process that
 * was stopped before: on the way into its call a thread would take the signals that are to wait for its SIGCONT.
 *
 * <p>Three steps, each of which many processes take side by side: {@link #approach}, {@link #inject}, {@link #arrive}. Who dies in between, or
 * whose tracer does, is where it would be if there had been one step.
 */
final class Boot {
    /** What the target's code offers, and where the pivot stack begins in its page. */
    record Gadgets(Gadget.@Nullable Pivot pivot, int stack) {}

    private static final long ENDING_NANOS = 100_000_000;
    private static final long POLL_NANOS = 100_000;

    private final Segment segment;
    private final Freeze freeze;
    private final Tracee tracee;
    private final long caught;
    private final Gadgets gadgets;
    private boolean approaches;
    private int stopsToExit;
    private @Nullable Control injected;

    Boot(Segment segment, Freeze freeze, Tracee tracee, long caught, Gadgets gadgets) {
        this.segment = segment;
        this.freeze = freeze;
        this.tracee = tracee;
        this.caught = caught;
        this.gadgets = gadgets;
    }

    /** First: a thread in a call, or without another way in, begins to run to the entry of its call, or of its next one. */
    void approach() throws KernelException {
        if (isInCall() && !freeze.wasStopped() || gadgets.pivot == null) {
            tracee.ptrace().resumeToSyscall(tracee.tid(), 0);
            approaches = true;
        }
    }

    private boolean isInCall() {
        return SystemCallStop.of(tracee.registers()) != SystemCallStop.NONE;
    }

    /** Second: the call becomes the one that brings the segment in. */
    void inject(Program first) throws KernelException {
        Gadget.Pivot pivot = gadgets.pivot;
        if (approaches) {
            injectAtEntry(first);
        } else if (pivot != null) {
            injectIntoUserCode(first, pivot);
        }
    }

    /** Third: returns as soon as the thread runs in the segment; the first program is not awaited. */
    void arrive() throws KernelException {
        Control control = injected;
        if (control == null) {
            throw new IllegalStateException("nothing is injected into " + tracee);
        }
        injected = null;
        try {
            for (int i = 0; i < stopsToExit; i++) {
                if (i > 0) {
                    tracee.ptrace().resumeToSyscall(tracee.tid(), 0);
                }
                tracee.awaitSyscallStop(false);
            }
        } catch (KernelException failure) {
            undo();
            throw failure;
        }
        long result = tracee.ptrace().registers(tracee.tid())[UserRegs.RAX];
        if (result != segment.address().value()) {
            // Where it was stopped the kernel restarts its call, or ends it, at the SIGCONT.
            takeBack(freeze.wasStopped() ? tracee.registers() : SystemCallStop.context(tracee.registers()));
            throw new KernelException("shmat", "in " + tracee, Door.isError(result) ? Errno.of(result) : Errno.EIO);
        }
        tracee.setControl(control);
        segment.remove();
        tracee.ptrace().resume(tracee.tid(), 0);
    }

    /**
     * Instead of what is left to do, where another process has failed: a thread on its way into its own call again stands at the entry, from
     * where the kernel lets it go on; one with the call injected is in. True for the latter. Nobody waits for a thread that is in its own
     * code, which may call the kernel whenever it wants.
     */
    boolean settle() throws KernelException {
        if (injected != null) {
            arrive();
            return true;
        }
        if (approaches && isInCall()) {
            tracee.awaitSyscallStop(true);
        }
        approaches = false;
        return false;
    }

    private void injectAtEntry(Program first) throws KernelException {
        approaches = false;
        boolean delivered = tracee.awaitSyscallStop(true);
        long[] entry = tracee.ptrace().registers(tracee.tid());
        long mask = tracee.ptrace().signalMask(tracee.tid());
        long[] frozen = tracee.registers();
        boolean sameCall = !delivered
                && SystemCallStop.of(frozen) != SystemCallStop.NONE
                && entry[UserRegs.RIP] == frozen[UserRegs.RIP];
        if (!sameCall) {
            // Another call than at the freeze: what counts is this one, from its beginning.
            frozen = entry.clone();
            SystemCallStop.repeat(frozen, entry[UserRegs.ORIG_RAX]);
            tracee.freezeAs(frozen, mask);
            freeze.lookAtSharedSignals(tracee);
        }
        Control control = prepare(first);
        long[] boot = entry.clone();
        boot[UserRegs.ORIG_RAX] = SYS_shmat;
        boot[UserRegs.RIP] = control.bootAddress();
        inject(control, boot, 1);
    }

    private void injectIntoUserCode(Program first, Gadget.Pivot pivot) throws KernelException {
        Control control = prepare(first);
        long[] boot = tracee.registers();
        boot[UserRegs.RAX] = SYS_shmat;
        boot[UserRegs.ORIG_RAX] = -1;
        boot[UserRegs.RIP] = pivot.syscall();
        boot[UserRegs.RBP] = segment.pivotAddress() + gadgets.stack - pivot.displacement();
        boot[UserRegs.EFLAGS] &= ~UserRegs.EFLAGS_DF;
        segment.putPivot(gadgets.stack + 8L * pivot.pops(), control.bootAddress());
        inject(control, boot, 2);
    }

    private Control prepare(Program first) throws KernelException {
        AfterStop afterStop = AfterStop.of(freeze, tracee, caught);
        Control control = segment.newControl();
        WayHome.arm(segment, control, tracee.registers(), tracee.mask(), caught, afterStop, true);
        control.placeAt(first, segment.programsAddress());
        control.startWithoutCommand();
        return control;
    }

    private void inject(Control control, long[] boot, int stops) throws KernelException {
        boot[UserRegs.RDI] = segment.id();
        boot[UserRegs.RSI] = segment.address().value();
        boot[UserRegs.RDX] = Shm.SHM_EXEC;
        stopsToExit = stops;
        Ptrace ptrace = tracee.ptrace();
        segment.await(freeze.pid());
        ptrace.setRegisters(tracee.tid(), boot);
        try {
            ptrace.setSignalMask(tracee.tid(), Tracee.ALL_SIGNALS);
            ptrace.resumeToSyscall(tracee.tid(), 0);
        } catch (KernelException failure) {
            undo();
            throw failure;
        }
        injected = control;
    }

    // Where it still stands, as if there had been no call of ours; else it is on its way in, and must find the segment.
    private void undo() {
        try {
            takeBack(SystemCallStop.context(tracee.registers()));
        } catch (KernelException onItsWay) {
            if (!isEnding()) {
                segment.leaveToOthers();
            }
        }
    }

    // One that was killed is not stopped any more, and is on its way out a moment later: nobody comes then.
    private boolean isEnding() {
        long start = System.nanoTime();
        do {
            try {
                if (ProcStat.ofTask(freeze.pid(), tracee.tid()).isEnding()) {
                    return true;
                }
            } catch (KernelException gone) {
                return gone.errno() == Errno.ENOENT || gone.errno() == Errno.ESRCH;
            }
            LockSupport.parkNanos(POLL_NANOS);
        } while (System.nanoTime() - start < ENDING_NANOS);
        return false;
    }

    // In a syscall-exit stop the kernel restarts nothing, and at an entry it makes the call that the registers name:
    // the
    // context must say it all.
    private void takeBack(long[] registers) throws KernelException {
        Ptrace ptrace = tracee.ptrace();
        ptrace.setRegisters(tracee.tid(), registers);
        ptrace.setSignalMask(tracee.tid(), tracee.mask());
        segment.await(0);
    }
}
