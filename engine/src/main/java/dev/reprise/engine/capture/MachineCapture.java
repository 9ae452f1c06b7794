package dev.reprise.engine.capture;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Machine;
import dev.reprise.kernel.Clock;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.TimeNamespace;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Where and when a checkpoint is taken. */
final class MachineCapture {
    private static final int PAGE_SIZE = 4096;
    // The kernel puts the mask of enabled components into the bytes of the FXSAVE area that are software's.
    private static final int XCR0 = 464;

    private MachineCapture() {}

    /** Read while {@code pid} is frozen; the clocks are the host's, whatever our own time namespace is. */
    static Machine take(int pid, byte[] xstate, Bytes vdso) throws KernelException {
        TimeNamespace ours = TimeNamespace.of("self");
        TimeNamespace theirs = TimeNamespace.of(Integer.toString(pid));
        return new Machine(
                "x86-64",
                PAGE_SIZE,
                Proc.text("/proc/sys/kernel/osrelease").strip(),
                xcr0(xstate),
                vdso,
                Proc.text("/proc/sys/kernel/random/boot_id").strip(),
                Clock.nanos(Clock.CLOCK_MONOTONIC) - ours.monotonicNanos(),
                Clock.nanos(Clock.CLOCK_BOOTTIME) - ours.boottimeNanos(),
                Clock.nanos(Clock.CLOCK_REALTIME),
                theirs.monotonicNanos(),
                theirs.boottimeNanos());
    }

    static long xcr0(byte[] xstate) {
        return MemorySegment.ofArray(xstate).get(ValueLayout.JAVA_LONG_UNALIGNED, XCR0);
    }
}
