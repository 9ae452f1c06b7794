package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.MemoryStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tool is killed (SIGKILL) at a random instant of a checkpoint, of programs under load, in every mode: none is harmed, and each
 * can be checkpointed afterwards. Deaths before each of its steps: {@link ToolDiesTest}.
 *
 * <p>By default 300 kills; {@code -Dreprise.kills=N} says how many, {@code -Dreprise.long=true} makes it 10,000.
 */
class KillsTest {
    /** Stands for the image file. */
    private static final String FILE = "FILE";

    private static final int KILLS =
            Integer.getInteger("reprise.kills", Boolean.getBoolean("reprise.long") ? 10_000 : 300);
    private static final long SEED = Long.getLong("reprise.seed", 1);
    private static final String MEMORY = "kills-" + ProcessHandle.current().pid();
    /** As a stream, into a pipe that is read. */
    private static final String STREAM = "-";

    private static final List<List<String>> MODES = List.of(
            List.of("--sync=no", "-o", FILE),
            List.of("--sync=no", "--stop-and-copy", "-o", FILE),
            List.of("--sync=no", "--compress=lz4", "-o", FILE),
            List.of("-o", "mem:" + MEMORY),
            List.of("--twin", "-o", "mem:" + MEMORY),
            List.of("-o", STREAM));
    /** It takes as long as ten others, and is taken once in so many. */
    private static final List<String> PROOF = List.of("--sync=no", "--prove", "-o", FILE);

    private static final int PROOFS = 8;
    /** How often a duration is used before it is measured again: the machine has other work, too. */
    private static final int USES = 100;

    @TempDir(factory = PublicDirectory.class)
    Path scratch;

    private final Map<String, Long> durations = new HashMap<>();
    private final Map<String, Integer> uses = new HashMap<>();
    private final Random random = new Random(SEED);

    @BeforeEach
    void needRoot() {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
    }

    @Test
    void nobodyIsHarmed() throws Exception {
        Path image = Files.createDirectory(scratch.resolve("images")).resolve("image");
        List<SoakProgram> mix = new ArrayList<>();
        int killed = 0;
        try {
            // a death in the middle may end the calls that SIGSTOP ends, too (CONTRACT.md, "Leaked EINTR")
            SoakProgram.startAll("self_checker.restartable", scratch, mix);
            for (int i = 0; i < KILLS; i++) {
                SoakProgram program = mix.get(i % mix.size());
                if (i > 0 && i % 1000 == 0) {
                    System.out.println(i + " kills, nobody harmed");
                }
                List<String> mode = random.nextInt(PROOFS) == 0 ? PROOF : MODES.get(random.nextInt(MODES.size()));
                try {
                    killed += kill(program, mode, image);
                } catch (AssertionError harmed) {
                    throw new AssertionError(
                            "kill " + i + " (seed " + SEED + "), " + mode + " of " + program + ": "
                                    + harmed.getMessage(),
                            harmed);
                }
            }
            for (SoakProgram program : mix) {
                Tool.run("checkpoint", "--sync=no", "-o", image + "", program.pid() + "")
                        .succeeds();
                program.passes();
            }
        } finally {
            for (SoakProgram program : mix) {
                program.close();
            }
            MemoryStore.ofUser().prepare(); // what the killed have left there goes
            if (Files.exists(MemoryStore.ofUser().path(MEMORY))) {
                MemoryStore.ofUser().delete(MEMORY);
            }
        }
        // they would be our children
        assertThat(Tasks.children().stream().map(Tasks::name)).doesNotContain("reprise-twin", "reprise-copy");
        System.out.println(KILLS + " kills, " + killed + " of them before the tool had ended");
        assertThat(killed).isGreaterThan(KILLS / 4);
    }

    // 1 if it was alive.
    private int kill(SoakProgram program, List<String> mode, Path image) throws IOException, InterruptedException {
        long whole = duration(program, mode, image);
        int family = Tasks.family(program.pid()).size();
        Process tool = start(program, mode, image);
        TimeUnit.NANOSECONDS.sleep(random.nextLong(whole));
        tool.destroyForcibly();
        boolean wasKilled = tool.waitFor() == 128 + Tasks.SIGKILL;
        assertThat(Tasks.isAlive(program.pid())).as("it lives").isTrue();
        LeftAlone.require(program.pid(), true);
        awaitFamily(program, family);
        reap();
        return wasKilled ? 1 : 0;
    }

    // The second of two runs: the first may meet what a kill has left.
    private long duration(SoakProgram program, List<String> mode, Path image) throws IOException, InterruptedException {
        String key = program + " " + mode;
        Long known = durations.get(key);
        if (known == null || uses.merge(key, 1, Integer::sum) % USES == 0) {
            start(program, mode, image).waitFor();
            long start = System.nanoTime();
            start(program, mode, image).waitFor();
            known = System.nanoTime() - start;
            durations.put(key, known);
        }
        return known;
    }

    private static Process start(SoakProgram program, List<String> mode, Path image) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("checkpoint"));
        mode.forEach(argument -> arguments.add(argument.equals(FILE) ? image.toString() : argument));
        arguments.add(program.pid() + "");
        boolean isStream = mode.contains(STREAM);
        ProcessBuilder builder = new ProcessBuilder(Tool.command(List.of(), arguments.toArray(String[]::new)))
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(isStream ? ProcessBuilder.Redirect.PIPE : ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        Tool.environment(builder);
        Process tool = Births.start(builder);
        if (isStream) {
            Thread.ofPlatform().daemon().start(() -> drain(tool));
        }
        return tool;
    }

    private static void drain(Process tool) {
        try {
            tool.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException killed) {
            // and so is the stream
        }
    }

    // What the tool leaves to its reaper, which is this JVM here, and what it has killed with it.
    private static void reap() throws IOException, InterruptedException {
        for (int child : Tasks.children()) {
            if (Tasks.state(child) == 'Z') {
                Tasks.awaitEnd(child, Duration.ofSeconds(1));
            }
        }
    }

    // The copies of its memory end with the tool.
    private static void awaitFamily(SoakProgram program, int size) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (Tasks.family(program.pid()).size() > size && System.nanoTime() < deadline) {
            Thread.sleep(1);
        }
        assertThat(Tasks.family(program.pid())).hasSizeLessThanOrEqualTo(size);
    }
}
