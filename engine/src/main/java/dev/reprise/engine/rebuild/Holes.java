package dev.reprise.engine.rebuild;

import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Vma;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Address ranges that neither an image nor anything else of importance uses: for temporary mappings. */
final class Holes {
    private static final long LOWEST = 0x10000000L;
    private static final long HIGHEST = 0x7fff00000000L;
    /** A stack that grows must not find us below it (stack_guard_gap), and huge pages want alignment. */
    private static final long DISTANCE = 2L << 20;

    private final List<PageRun> used = new ArrayList<>();

    /** The holes between mappings of an image and {@code reserved} ranges. */
    Holes(List<Vma> vmas, List<PageRun> reserved) {
        for (Vma vma : vmas) {
            // The page at the fixed address of [vsyscall] lies above all that a process can map.
            if (vma.start() > 0) {
                used.add(new PageRun(vma.start(), vma.bytes() / PageRun.PAGE_SIZE));
            }
        }
        used.addAll(reserved);
        used.sort(Comparator.comparingLong(PageRun::start));
    }

    /** An image whose mappings leave no place for what a restore needs: the image's fault, nobody else's. */
    static final class NoRoom extends RuntimeException {
        private static final long serialVersionUID = 1;

        private NoRoom(String message) {
            super(message);
        }
    }

    /** Takes {@code bytes} (rounded up to pages) from the lowest hole that has room; 2 MiB aligned. */
    long take(long bytes) {
        long size = (bytes + PageRun.PAGE_SIZE - 1) & -PageRun.PAGE_SIZE;
        long at = LOWEST;
        int index = 0;
        for (; index < used.size(); index++) {
            PageRun next = used.get(index);
            if (at + size + DISTANCE <= next.start()) {
                break;
            }
            at = Math.max(at, next.end() + DISTANCE + DISTANCE - 1 & -DISTANCE);
        }
        if (at + size > HIGHEST) {
            throw new NoRoom("no hole of " + bytes + " bytes in the address space");
        }
        used.add(index, new PageRun(at, size / PageRun.PAGE_SIZE));
        return at;
    }
}
