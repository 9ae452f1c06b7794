package dev.reprise.engine.rebuild;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Vma;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds address space that an image leaves free, for what only the restore needs.
 *
 * <p>It lies far below the top, where the kernel puts a new process's stack and vdso, and above the reach of
 * vm.mmap_min_addr.
 */
final class Hole {
    private static final long LOWEST = 0x1000_0000;
    private static final long HIGHEST = 0x7000_0000_0000L;
    private static final long MARGIN = 1 << 20;
    private static final long ALIGNMENT = 1 << 16;

    private Hole() {}

    /** The lowest address with {@code size} free bytes, and a margin, around it. */
    static long in(AddressSpace space, long size) {
        List<Vma> vmas = new ArrayList<>(space.vmas());
        vmas.sort(Comparator.comparing(Vma::start, Long::compareUnsigned));
        long at = LOWEST;
        for (Vma vma : vmas) {
            if (Long.compareUnsigned(vma.start(), at + size + MARGIN) >= 0) {
                return at;
            }
            if (Long.compareUnsigned(vma.end() + MARGIN, at) > 0) {
                at = (vma.end() + MARGIN + ALIGNMENT - 1) & -ALIGNMENT;
            }
        }
        if (Long.compareUnsigned(at + size, HIGHEST) > 0) {
            throw new IllegalStateException("no hole of " + size + " bytes in the image's address space");
        }
        return at;
    }
}
