package dev.reprise.image.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AlignmentTest {
    @Test
    void roundsUpToTheNextUnit() {
        assertThat(Alignment.up(4097, 4096)).isEqualTo(8192);
        assertThat(Alignment.up(4096, 4096)).isEqualTo(4096);
    }
}
