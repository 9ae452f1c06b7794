package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Before one of its steps the tool lets a signal come that the program catches, and that restarts no call; waits for a while; and dies:
 * the program has had that signal once, and goes on. By default for a sample of steps, as {@link ToolDiesTest}.
 */
class SignalledDeathsTest {
    private static final int SIGUSR1 = 10;
    private static final int SAMPLE = Integer.getInteger("reprise.deaths", 12);
    private static final String PROGRAM = """
            import os, select, signal, threading, time
            caught = 0
            def catch(number, frame):
                global caught
                caught += 1
            signal.signal(signal.SIGUSR1, catch)
            signal.siginterrupt(signal.SIGUSR1, True)
            def tick():
                ticks = 0
                while True:
                    select.select([], [], [], 0.002)
                    ticks += 1
                    with open('part', 'w') as file: file.write(f'{caught} {ticks}')
                    os.rename('part', 'counts')
            threading.Thread(target=tick, daemon=True).start()
            while True:
                time.sleep(0.01)
            """;

    @TempDir(factory = PublicDirectory.class)
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
    }

    @Test
    void theSignalComesOnce() throws IOException, InterruptedException {
        Files.writeString(scratch.resolve("program.py"), PROGRAM);
        try (RealProgram python = RealProgram.start(scratch, "python3 program.py")) {
            RealProgram.awaitText(scratch, "counts");
            long sent = 0;
            for (int step : Dying.steps(checkpoint(python, Dying.COUNTING).succeeds(), SAMPLE)) {
                List<String> options = new ArrayList<>(Dying.before(step));
                options.add("-Dreprise.steps.pause=20");
                options.add("-Dreprise.steps.signal=" + python.pid() + ":" + SIGUSR1);
                Tool.Outcome outcome = checkpoint(python, options);
                sent += outcome.status() == 0 ? 0 : 1;
                long expected = sent;
                long before = counts()[1];
                RealProgram.await(
                        "signal " + sent + " and more, after the death before step " + step + " " + outcome.err(),
                        () -> counts()[0] == expected && counts()[1] > before);
                LeftAlone.require(python.pid(), true);
            }
            checkpoint(python, List.of()).succeeds();
            assertThat(counts()[0]).isEqualTo(sent);
            assertThat(sent).isPositive();
        }
    }

    private Tool.Outcome checkpoint(RealProgram program, List<String> options)
            throws IOException, InterruptedException {
        return Dying.requireExpected(
                Tool.run(options, "checkpoint", "--sync=no", "-o", scratch.resolve("image") + "", program.pid() + ""));
    }

    private long[] counts() throws IOException {
        String[] counts = Files.readString(scratch.resolve("counts")).split(" ", -1);
        return new long[] {Long.parseLong(counts[0]), Long.parseLong(counts[1])};
    }
}
