package dev.reprise.engine.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Vma;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HiddenRangesTest {
    @Test
    void exactlyTheUnreadableMappingsAreHidden() {
        HiddenRanges ranges =
                new HiddenRanges(List.of(vma(0x1000, 0x3000, 0), vma(0x3000, 0x4000, 1), vma(0x8000, 0x9000, 2)));

        assertThat(ranges.contains(0x0)).isFalse();
        assertThat(ranges.contains(0x1000)).isTrue();
        assertThat(ranges.contains(0x2000)).isTrue();
        assertThat(ranges.contains(0x3000)).isFalse();
        assertThat(ranges.contains(0x8000)).isTrue();
        assertThat(ranges.contains(0x9000)).isFalse();
    }

    private static Vma vma(long start, long end, int protection) {
        return new Vma(start, end, protection, false, 0, new Backing.Anonymous(""), Set.of());
    }
}
