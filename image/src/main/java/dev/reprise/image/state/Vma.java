package dev.reprise.image.state;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** One mapping: [start, end), PROT_* protection, offset in its backing in bytes, the policy of mbind(2). */
public record Vma(
        long start,
        long end,
        int protection,
        boolean shared,
        long offset,
        Backing backing,
        Set<VmFlag> flags,
        MemoryPolicy policy) {
    /** A mapping without a policy of its own. */
    public Vma(long start, long end, int protection, boolean shared, long offset, Backing backing, Set<VmFlag> flags) {
        this(start, end, protection, shared, offset, backing, flags, MemoryPolicy.DEFAULT);
    }

    public Vma {
        flags = flags.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(flags));
        if (Long.compareUnsigned(start, end) >= 0) {
            throw new IllegalArgumentException("empty mapping at 0x" + Long.toHexString(start));
        }
        if (backing instanceof Backing.AioRing ring && !ring.fits(end - start)) {
            throw new IllegalArgumentException("AIO ring at 0x" + Long.toHexString(start));
        }
    }

    /** The length in bytes. */
    public long bytes() {
        return end - start;
    }

    /** The same with a policy. */
    public Vma with(MemoryPolicy other) {
        return new Vma(start, end, protection, shared, offset, backing, flags, other);
    }

    /** Whether a flag is set. */
    public boolean has(VmFlag flag) {
        return flags.contains(flag);
    }
}
