package dev.reprise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VersionTest {
    @Test
    void isNotEmpty() {
        assertThat(Version.current()).isNotEmpty();
    }
}
