package dev.reprise.engine.rebuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.image.state.Backing;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Vma;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HolesTest {
    @Test
    void noTwoRangesEverTouch() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<long[]> used = new ArrayList<>();
        List<Vma> vmas = new ArrayList<>();
        long at = 0x400000;
        for (int i = 0; i < 200; i++) {
            at += 4096L * random.nextInt(1, 4096);
            long bytes = 4096L * random.nextInt(1, 4096);
            vmas.add(new Vma(at, at + bytes, 3, false, 0, new Backing.Anonymous(""), Set.of()));
            used.add(new long[] {at, at + bytes});
            at += bytes;
        }
        Holes holes = new Holes(vmas, List.of(new PageRun(0x7f0000000000L, 16)));

        for (int i = 0; i < 200; i++) {
            long bytes = random.nextInt(1, 1 << 24);
            long start = holes.take(bytes);
            for (long[] other : used) {
                assertThat(start + bytes <= other[0] || start >= other[1])
                        .as("seed %s", seed)
                        .isTrue();
            }
            used.add(new long[] {start, start + bytes});
        }
    }

    @Test
    void whatFitsNowhereIsSaid() {
        Vma nearlyAll = new Vma(0x400000, 0x7ffff0000000L, 3, false, 0, new Backing.Anonymous(""), Set.of());
        Holes holes = new Holes(List.of(nearlyAll), List.of());
        assertThatThrownBy(() -> holes.take(1 << 30))
                .isInstanceOf(Holes.NoRoom.class)
                .hasMessage("no hole of 1073741824 bytes in the address space");
    }
}
