package dev.reprise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How far something has come, by a clock of the test's own. */
class ProgressTest {
    private static final long MIB = 1 << 20;

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final PrintStream terminal = new PrintStream(shown, false, StandardCharsets.US_ASCII);
    private long now = 5;

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private String text() {
        terminal.flush();
        return shown.toString(StandardCharsets.US_ASCII);
    }

    @Test
    void aBarIsForWhatTakesOverASecond() {
        ProgressBar bar = new ProgressBar(terminal, () -> now);
        bar.phase("memory");
        pass(999);
        bar.bytes(50 * MIB, 100 * MIB);
        bar.end();
        assertThat(text()).isEmpty();
    }

    @Test
    void aBarTellsBytesRateAndTimeLeftAndGoes() {
        ProgressBar bar = new ProgressBar(terminal, () -> now);
        pass(500);
        bar.phase("memory");
        pass(2000);
        bar.bytes(50 * MIB, 200 * MIB);
        pass(50);
        bar.bytes(51 * MIB, 200 * MIB);
        bar.phase("seal");
        assertThat(text())
                .isEqualTo("\r\033[Kmemory [" + "#".repeat(7) + " ".repeat(23)
                        + "] 25 %, 50.0 MiB of 200.0 MiB, 25.0 MiB/s, 0:06 left\r\033[K");
    }

    @Test
    void linesOfJsonTellPhasesAndBytes() {
        ProgressJson json = new ProgressJson(terminal, () -> now);
        json.phase("freeze");
        pass(3);
        json.phase("memory");
        json.bytes(1, 10);
        json.bytes(2, 10);
        json.bytes(10, 10);
        assertThat(text().lines())
                .containsExactly(
                        "{\"ms\":0.0,\"phase\":\"freeze\"}",
                        "{\"ms\":3.0,\"phase\":\"memory\"}",
                        "{\"ms\":3.0,\"phase\":\"memory\",\"bytes\":1,\"total\":10}",
                        "{\"ms\":3.0,\"phase\":\"memory\",\"bytes\":10,\"total\":10}");
    }
}
