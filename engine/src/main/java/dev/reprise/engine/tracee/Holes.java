package dev.reprise.engine.tracee;

import dev.reprise.kernel.Mapping;
import java.util.List;

/** Finds room in an address space. */
public final class Holes {
    private static final long LOWEST = 0x10000000L;
    private static final long DISTANCE = 1 << 20;
    private static final long ALIGNMENT = 1 << 16;

    private Holes() {}

    /** The lowest free range of {@code size} bytes with a wide berth around it; mappings in ascending order. */
    public static long find(List<Mapping> mappings, long size) {
        long at = LOWEST;
        for (Mapping mapping : mappings) {
            if (Long.compareUnsigned(mapping.start(), at + size + DISTANCE) >= 0) {
                break;
            }
            long behind = mapping.end() + DISTANCE;
            if (Long.compareUnsigned(behind, at) > 0) {
                at = (behind + ALIGNMENT - 1) & -ALIGNMENT;
            }
        }
        return at;
    }
}
