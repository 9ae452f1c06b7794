package dev.reprise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** PAGEMAP_SCAN on our own memory. */
class PagemapTest {
    private static final int PAGE = 4096;

    private static List<Long> regionsOfEverySecondPage(int pages) throws KernelException {
        long size = 2L * pages * PAGE;
        long start = Door.require(Door.call(SyscallNumbers.SYS_mmap, 0, size, 3, 0x22, -1, 0), "mmap", "");
        MemorySegment memory = Native.at(start, size);
        Door.call(SyscallNumbers.SYS_madvise, start, size, 15); // MADV_NOHUGEPAGE
        for (long i = 0; i < pages; i++) {
            memory.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 2 * i * PAGE, (byte) 1);
        }
        List<Long> starts = new ArrayList<>();
        Pagemap.Query present = new Pagemap.Query(0, 0, Pagemap.PAGE_IS_PRESENT, Pagemap.PAGE_IS_PRESENT);
        try (Pagemap pagemap = new Pagemap((int) ProcessHandle.current().pid())) {
            pagemap.scan(start, start + size, present, (from, to, categories) -> starts.add(from - start));
        }
        Door.call(SyscallNumbers.SYS_munmap, start, size);
        return starts;
    }

    @Test
    void moreRegionsThanTheKernelsOwnBatchAreFoundOnce() throws KernelException {
        for (int pages : new int[] {1, 511, 512, 513, 1500, 8191, 8192, 8193, 20_000}) {
            List<Long> starts = regionsOfEverySecondPage(pages);
            assertThat(starts).as("%d pages", pages).hasSize(pages).isSorted().doesNotHaveDuplicates();
        }
    }
}
