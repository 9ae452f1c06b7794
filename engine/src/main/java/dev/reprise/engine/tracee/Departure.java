package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmdt;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sigaltstack;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.SignalStack;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.ProcessMemory;
import dev.reprise.kernel.Ptrace;
import dev.reprise.kernel.RemoteAddress;
import dev.reprise.kernel.x86_64.UserRegs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The last thread's way out of the segment, which unmaps it.
 *
 * <p>The parked thread's futex_waitv becomes shmdt at its entry stop, and its return address a signal restorer of the
 * target's own code, with a signal frame of its full context on its stack, below the red zone: should we die now, it
 * goes on by rt_sigreturn. We do not die: at the next event stop its registers are simply put back, and nothing of the
 * frame was needed.
 *
 * @param stack the thread's alternate signal stack, which rt_sigreturn would set
 * @param layout how large an XSAVE area in a frame is
 */
public record Departure(SignalStack stack, XsaveLayout layout) {
    /** stack_t: address, flags, size. */
    private static final int SIGNAL_STACK = 24;

    private static final int RED_ZONE = 128;
    private static final int ALIGNMENT = 64;
    private static final int SS_DISABLE = 2;

    /** Asks a process whose last thread is parked. */
    static Departure ask(Takeover takeover) throws KernelException {
        ProgramBuilder p = new ProgramBuilder();
        XsaveLayout.Probe layout = new XsaveLayout.Probe(p);
        Slot stack = p.space(SIGNAL_STACK);
        p.call(SYS_sigaltstack, Arg.of(0), stack);
        p.end();
        ProgramResults results = takeover.run(p.build());
        MemorySegment found = results.slot(stack);
        return new Departure(
                new SignalStack(found.get(JAVA_LONG, 0), found.get(JAVA_INT, 8), found.get(JAVA_LONG, 16)),
                layout.read(results));
    }

    /** First, of a parked thread: it is to stop. The steps of many threads go side by side. */
    static void begin(Tracee tracee) throws KernelException {
        tracee.ptrace().interrupt(tracee.tid());
    }

    /**
     * Second: back to its call, with a frame on its stack, whose address this is. 0 when there is no room for one: then it has its own
     * registers, and the mapping stays. {@code hasCallEnded}: with EINTR, should we die.
     */
    long lead(Tracee tracee, boolean hasCallEnded, int pid, List<Mapping> mappings) throws KernelException {
        tracee.awaitEventStop();
        byte[] xstate = tracee.ptrace().xstate(tracee.tid());
        long size = SignalFrame.size(xstate, layout);
        long address = frameAddress(tracee.registers()[UserRegs.RSP], size);
        if (!isWritable(mappings, address, address + size)) {
            tracee.restoreFrozenState();
            return 0;
        }
        writeFrame(tracee, hasCallEnded, pid, address, xstate);
        tracee.ptrace().resumeToSyscall(tracee.tid(), 0);
        return address;
    }

    /** Third: the call unmaps the segment. */
    static void detach(Tracee tracee, Segment segment, long frame, long restorer) throws KernelException {
        tracee.awaitSyscallStop(false);
        Ptrace ptrace = tracee.ptrace();
        long[] detaching = ptrace.registers(tracee.tid());
        detaching[UserRegs.ORIG_RAX] = SYS_shmdt;
        detaching[UserRegs.RDI] = segment.address().value();
        detaching[UserRegs.RIP] = restorer;
        detaching[UserRegs.RSP] = frame;
        ptrace.setRegisters(tracee.tid(), detaching);
        ptrace.resumeToSyscall(tracee.tid(), 0);
    }

    /** Fourth: it is out, and is to stop again. */
    static void stop(Tracee tracee) throws KernelException {
        tracee.awaitSyscallStop(false);
        long result = tracee.ptrace().registers(tracee.tid())[UserRegs.RAX];
        if (Door.isError(result)) {
            throw new KernelException("shmdt", "in " + tracee, Errno.of(result));
        }
        tracee.ptrace().interrupt(tracee.tid());
        tracee.ptrace().resume(tracee.tid(), 0);
    }

    /** Fifth: its own registers are loaded; it is in an event stop. */
    static void end(Tracee tracee) throws KernelException {
        tracee.awaitEventStop();
        tracee.restoreFrozenState();
    }

    // Where the kernel would put a frame: on an alternate stack that is set and not in use (a coroutine's own stack may
    // have nothing below rsp), else below the red zone.
    private long frameAddress(long rsp, long size) {
        boolean alternate = (stack.flags() & SS_DISABLE) == 0 && stack.size() > size;
        boolean onIt = Long.compareUnsigned(rsp - stack.address(), stack.size()) <= 0;
        long top = alternate && !onIt ? stack.address() + stack.size() : rsp - RED_ZONE;
        return (top - size) & -ALIGNMENT;
    }

    private static boolean isWritable(List<Mapping> mappings, long start, long end) {
        for (Mapping mapping : mappings) {
            if ((mapping.protection() & 3) == 3
                    && Long.compareUnsigned(mapping.start(), start) <= 0
                    && Long.compareUnsigned(end, mapping.end()) <= 0) {
                return true;
            }
        }
        return false;
    }

    private void writeFrame(Tracee tracee, boolean hasCallEnded, int pid, long address, byte[] xstate)
            throws KernelException {
        long[] context = SystemCallStop.context(tracee.registers());
        if (hasCallEnded) {
            context = SystemCallStop.ended(tracee.registers());
        } else if (SystemCallStop.of(tracee.registers()) == SystemCallStop.RESTART_BLOCK) {
            // rt_sigreturn forgets the restart block: the sleep would be repeated in full, never cut short.
            context[UserRegs.RAX] = RestartedCall.numberOf(tracee.registers(), pid);
        }
        byte[] frame = SignalFrame.bytes(address, context, tracee.mask(), stack, xstate, layout);
        try (Arena arena = Arena.ofConfined();
                ProcessMemory memory = new ProcessMemory(pid)) {
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, frame);
            memory.write(new RemoteAddress(address), bytes);
        }
    }
}
