package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.model.CheckpointException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * The tool is killed in the milliseconds in which a program has a child of ours, which makes the copy of its memory: the
 * program's other threads never see it, though nobody holds them any more (docs/decisions/0008-copy-on-write.md).
 *
 * <p>{@code -Dreprise.deaths=N} says how often.
 */
@Isolated("it looks at all children of this JVM")
class DeathInTheCopyTest {
    private static final int DEATHS = Integer.getInteger("reprise.deaths", 10);
    /** A copy of so much memory takes some milliseconds. */
    private static final String LARGE =
            "python3 -c 'import os, time; memory = b\"x\" * (1 << 28); os.close(os.open(\"ready\", os.O_CREAT)); time.sleep(1000)'";

    private static final int MOST_ATTEMPTS = 20 * DEATHS;

    @Test
    void nobodySeesTheHelper() throws IOException, InterruptedException {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
        try (RunningGuest running = RunningGuest.start(Guest.named("no_child_appears"))) {
            long start = System.nanoTime();
            int deaths = 0;
            for (int i = 0; i < MOST_ATTEMPTS && deaths < DEATHS; i++) {
                if (dies(running)) {
                    deaths++;
                }
            }
            assertThat(deaths).as("deaths while there was a helper").isPositive();
            Path image = running.scratch().resolve("image");
            Tool.run("checkpoint", "--sync=no", "-o", image + "", running.pid() + "")
                    .succeeds();
            running.passes(running.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    // Of a zombie, too.
    private static String stat(int pid) throws IOException {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/stat"));
        } catch (NoSuchFileException gone) {
            return "";
        }
    }

    /** Killed while a helper makes the copy of its memory: the helper and the copy end, and whoever adopts orphans, like this JVM, has none of them. */
    @Test
    void aProgramThatIsKilledThereLeavesNobody(@TempDir Path scratch) throws Exception {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
        int seen = 0;
        for (int i = 0; i < DEATHS; i++) {
            Path directory = Files.createDirectory(scratch.resolve("program." + i));
            try (RealProgram program = RealProgram.start(directory, LARGE)) {
                RealProgram.awaitText(directory, "ready");
                Set<Integer> children = Tasks.children();
                children.remove(program.pid());
                Thread tool = Thread.ofPlatform().start(() -> {
                    try {
                        FaultMode.COPY_ON_WRITE.checkpoint(program.pid(), scratch);
                    } catch (CheckpointException | IOException | InterruptedException failed) {
                        // it was killed
                    }
                });
                while (tool.isAlive() && !hasChild(program.pid())) {
                    Thread.onSpinWait();
                }
                seen += tool.isAlive() ? 1 : 0;
                Tasks.kill(program.pid(), Tasks.SIGKILL);
                tool.join();
                program.awaitEnd();
                Set<String> left = new TreeSet<>();
                for (int child : Tasks.children()) { // orphans of others come and go
                    String stat = stat(child);
                    if (!children.contains(child) && stat.matches("\\d+ \\((python|reprise-copy).*\\R?")) {
                        left.add(stat);
                    }
                }
                assertThat(left).as("in round " + i).isEmpty();
            }
        }
        assertThat(seen).as("deaths while there was a helper").isPositive();
    }

    // Whether it was killed while there was a child; it may have been quicker.
    private static boolean dies(RunningGuest running) throws IOException, InterruptedException {
        Path image = running.scratch().resolve("image");
        ProcessBuilder builder = new ProcessBuilder(
                        Tool.command(List.of(), "checkpoint", "--sync=no", "-o", image + "", running.pid() + ""))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        Tool.environment(builder);
        Process tool = Births.start(builder);
        boolean seen = false;
        while (!seen && tool.isAlive()) {
            seen = hasChild(running.pid());
        }
        tool.destroyForcibly();
        tool.waitFor();
        LeftAlone.require(running.pid(), true);
        return seen;
    }

    private static boolean hasChild(int pid) throws IOException {
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks) {
                if (!Files.readString(task.resolve("children")).isBlank()) {
                    return true;
                }
            }
        } catch (NoSuchFileException ended) {
            return false; // a thread, meanwhile
        }
        return false;
    }
}
