package dev.reprise.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.Version;
import org.junit.jupiter.api.Test;

class MainTest {
    @Test
    void saysWhichVersionItMeasures() {
        assertThat(Version.current()).isNotEmpty();
    }
}
