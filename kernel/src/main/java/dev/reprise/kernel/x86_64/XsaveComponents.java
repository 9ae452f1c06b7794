package dev.reprise.kernel.x86_64;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_arch_prctl;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.kernel.Door;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The register sets that processor and kernel know, as bits of XCR0 (1 x87, 2 SSE, 4 AVX, 0xe0 AVX-512...). */
public final class XsaveComponents {
    private static final int ARCH_GET_XCOMP_SUPP = 0x1021;
    private static final long ALL = -1;

    private XsaveComponents() {}

    /** Those of this machine; all where the kernel (before 5.16) does not tell. */
    public static long supported() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(JAVA_LONG);
            long result = Door.call(SYS_arch_prctl, ARCH_GET_XCOMP_SUPP, mask.address());
            return Door.isError(result) ? ALL : mask.get(JAVA_LONG, 0);
        }
    }
}
