package dev.reprise.image.state;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** One mapping: [start, end), PROT_* protection, offset in its backing in bytes. */
public record Vma(
        long start, long end, int protection, boolean shared, long offset, Backing backing, Set<VmFlag> flags) {
    public Vma {
        flags = flags.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(flags));
        if (Long.compareUnsigned(start, end) >= 0) {
            throw new IllegalArgumentException("empty mapping at 0x" + Long.toHexString(start));
        }
    }

    /** The length in bytes. */
    public long bytes() {
        return end - start;
    }

    /** Whether a flag is set. */
    public boolean has(VmFlag flag) {
        return flags.contains(flag);
    }
}
