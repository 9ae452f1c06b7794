package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Series of checkpoints in a store that has each page once. */
class StoreTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long AWAY_MILLIS = 60_000;
    private static final long MEMORY = 64L << 20;

    @TempDir
    Path scratch;

    private String store;

    @BeforeEach
    void needRoot() {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
        store = "store:" + scratch.resolve("series");
    }

    private static String run(String... arguments) throws IOException, InterruptedException {
        return Tool.run(arguments).succeeds().out();
    }

    private long size() throws IOException {
        try (var files = Files.walk(scratch.resolve("series"))) {
            long size = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                size += Files.size(file);
            }
            return size;
        }
    }

    @Test
    void aSeriesCostsLittleMoreThanOneAndEachIsRestored() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("big.64.small"))) {
            String pid = guest.pid() + "";
            run("checkpoint", "--sync=no", "-o", store, pid);
            long one = size();
            assertThat(one).isBetween(MEMORY, MEMORY + (MEMORY >> 2));
            run("checkpoint", "--stop-and-copy", "-o", store, pid);
            run("checkpoint", "--kill", "-o", store + "::last", pid);
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            assertThat(size()).isLessThan(one + (MEMORY >> 2));
            assertThat(run("list", store).lines().map(line -> line.replaceFirst(" .*", "")))
                    .containsExactly(store + "::1", store + "::2", store + "::last");
            assertThat(run("verify", store)).startsWith("good: ");
            assertThat(run("show", store + "::1")).contains("big");
            Path copy = scratch.resolve("copy");
            run("cp", store + "::2", copy + "");
            assertThat(run("verify", copy + "")).startsWith("good: ");
            run("restore", "-d", store + "::1");
            Tasks.kill(guest.pid(), Tasks.SIGKILL);
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            run("rm", store + "::1", store + "::2");
            assertThat(run("gc", store)).endsWith("are free again\n");
            run("restore", "-d", store);
            guest.passes(guest.pid(), AWAY_MILLIS);
            run("rm", store + "::last");
            run("gc", store);
            assertThat(size()).isLessThan(100);
        }
    }

    @Test
    void itIsToldInJson() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            run("checkpoint", "--sync=no", "-o", store + "::a", guest.pid() + "");
            String json = run("list", "--json", store);
            assertThat(Schema.errors("list", json)).isEmpty();
            List<?> images = (List<?>) ((Map<?, ?>) JsonText.parse(json)).get("images");
            assertThat(((Map<?, ?>) images.getFirst()).get("name")).isEqualTo(store + "::a");
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
    }

    @Test
    void whatGoesWrongIsOneLineAndLeavesNothing() throws Exception {
        Tool.Outcome missing = Tool.run("restore", "-d", store);
        assertThat(missing.endsWith(1).err()).contains("no store of images").hasLineCount(1);
        Path other = Files.createDirectory(scratch.resolve("other"));
        Files.createFile(other.resolve("file"));
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Tool.Outcome wrong = Tool.run("checkpoint", "-o", "store:" + other, guest.pid() + "");
            assertThat(wrong.endsWith(1).err()).contains("no store of images").hasLineCount(1);
            Tool.run("checkpoint", "-o", store, "1").endsWith(3);
            assertThat(size()).as("a refused one leaves nothing").isLessThan(100);
            Path image = scratch.resolve("image");
            run("checkpoint", "--sync=no", "-o", image + "", guest.pid() + "");
            byte[] bytes = Files.readAllBytes(image);
            Files.write(image, java.util.Arrays.copyOf(bytes, bytes.length - 5));
            Tool.Outcome cut = Tool.run("cp", image + "", store);
            assertThat(cut.endsWith(1).err()).contains("not complete").hasLineCount(1);
            assertThat(run("list", store)).isEmpty();
            run("gc", store);
            Tool.Outcome unknown = Tool.run("rm", store + "::none");
            assertThat(unknown.endsWith(1).err()).contains("::none").hasLineCount(1);
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
    }
}
