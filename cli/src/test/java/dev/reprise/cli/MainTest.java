package dev.reprise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
    @Test
    void helpNamesTheTool() {
        assertThat(new CommandLine(new Main()).getUsageMessage()).contains("reprise");
    }
}
