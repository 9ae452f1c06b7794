package dev.reprise.engine.capture;

import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Mman;
import java.util.Arrays;
import java.util.List;

/** The mappings that a process itself cannot read: their pages take another way out. */
final class HiddenRanges {
    private final long[] starts;
    private final long[] ends;

    HiddenRanges(List<Vma> vmas) {
        int count = 0;
        long[] from = new long[vmas.size()];
        long[] to = new long[vmas.size()];
        for (Vma vma : vmas) {
            if ((vma.protection() & Mman.PROT_READ) == 0) {
                from[count] = vma.start();
                to[count++] = vma.end();
            }
        }
        starts = Arrays.copyOf(from, count);
        ends = Arrays.copyOf(to, count);
    }

    /** Whether an address is in one of them. */
    boolean contains(long address) {
        if (starts.length == 0) {
            return false;
        }
        int index = Arrays.binarySearch(starts, address);
        int at = index >= 0 ? index : -index - 2;
        return at >= 0 && address < ends[at];
    }
}
