package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClasspathTest {
    @Test
    void holdsTheCommandLine() {
        assertThat(dev.reprise.cli.Main.class.getName()).endsWith("Main");
    }
}
