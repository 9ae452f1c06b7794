package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that are kept in memory under a name. */
class MemoryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long AWAY_MILLIS = 60_000;

    private final String name = "test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    private final String memory = "mem:" + name;

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @AfterEach
    void remove() throws IOException {
        Files.deleteIfExists(MemoryStore.ofUser().path(name));
    }

    @Test
    void isRestoredAsOftenAsOneLikes() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Tool.run("checkpoint", "--kill", "-o", memory, guest.pid() + "").succeeds();
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            for (int i = 0; i < 3; i++) {
                int pid = restored(memory);
                assertThat(pid).isEqualTo(guest.pid());
                Tasks.kill(pid, Tasks.SIGKILL);
                Tasks.awaitEnd(pid, PATIENCE);
            }
            guest.passes(restored(memory), AWAY_MILLIS);
        }
    }

    @Test
    void goesToAFileAndThroughAPipe() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Tool.run("checkpoint", "--kill", "-o", memory, guest.pid() + "").succeeds();
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            Path file = scratch.resolve("file");
            Tool.run("cp", memory, file + "").succeeds();
            assertThat(file).hasSameBinaryContentAs(MemoryStore.ofUser().path(name));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            Tool.run("rm", memory).succeeds();
            Tool.run("cp", file + "", memory).succeeds();
            Tool.run(new ProcessBuilder(
                            "bash",
                            "-c",
                            "set -o pipefail; " + Tool.quoted("cp", memory, "-") + " | " + Tool.quoted("verify", "-")))
                    .succeeds();
            guest.passes(restored(memory), AWAY_MILLIS);
        }
    }

    // Nobody else would ever give that memory back.
    @Test
    void whatTheKilledHaveLeftGoes() throws Exception {
        MemoryStore.ofUser().prepare();
        Path directory = MemoryStore.ofUser().path(name).getParent();
        // a writer is known by its lock: its id may have become another's
        Path left = Files.createFile(
                directory.resolve("." + name + "." + ProcessHandle.current().pid() + "-1f.part"));
        try (MemoryStore.Part growing = MemoryStore.part(MemoryStore.ofUser().path(name))) {
            MemoryStore.ofUser().prepare();
            assertThat(left).doesNotExist();
            assertThat(growing.path()).exists();
        }
    }

    @Test
    void isListedUntilItIsRemoved() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Tool.run("checkpoint", "-o", memory, guest.pid() + "").succeeds();
            String json = Tool.run("list", "--json").succeeds().out();
            assertThat(Schema.errors("list", json)).isEmpty();
            assertThat(json).contains("\"" + memory + "\"");
            assertThat(Tool.run("list").succeeds().out()).contains(memory + "  ", " s old");
            assertThat(Tool.run("verify", memory).succeeds().out()).startsWith("good: format 1, ");
            Tool.run("rm", memory).succeeds();
            assertThat(Tool.run("list").succeeds().out()).doesNotContain(name);
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
    }

    @Test
    void isNobodyElses() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Tool.run("checkpoint", "-o", memory, guest.pid() + "").succeeds();
            Path file = MemoryStore.ofUser().path(name);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                    .isEqualTo("rwx------");
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
    }

    @Test
    void whatIsNotThereIsOneLine() throws Exception {
        assertThat(Tool.run("rm", memory).endsWith(1).err())
                .isEqualTo("reprise: " + memory + ": no such file or directory\n");
        assertThat(Tool.run("restore", "-d", memory).endsWith(1).err())
                .contains(name, "no such file")
                .hasLineCount(1);
        assertThat(Tool.run("cp", memory, scratch.resolve("file") + "")
                        .endsWith(1)
                        .err())
                .contains(name, "no such file")
                .hasLineCount(1);
        assertThat(scratch).isEmptyDirectory();
    }

    private int restored(String image) throws IOException, InterruptedException {
        Path number = scratch.resolve("pid");
        Tool.run("restore", "-d", "--pidfile", number + "", image).succeeds();
        return Integer.parseInt(Files.readString(number).strip());
    }
}
