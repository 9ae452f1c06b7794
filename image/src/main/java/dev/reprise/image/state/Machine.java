package dev.reprise.image.state;

/**
 * Where and when a checkpoint was taken: what a restore compares with its own machine.
 *
 * <p>{@code architecture} is "x86-64"; {@code xcr0} the mask of enabled XSAVE components; {@code vdso} the pages of
 * the kernel's own code in every process; the clocks are the host's at the freeze; {@code timens...} the target's time namespace offsets.
 */
public record Machine(
        String architecture,
        int pageSize,
        String kernelRelease,
        long xcr0,
        Bytes vdso,
        String bootId,
        long monotonicNanos,
        long boottimeNanos,
        long realtimeNanos,
        long timensMonotonicNanos,
        long timensBoottimeNanos) {}
