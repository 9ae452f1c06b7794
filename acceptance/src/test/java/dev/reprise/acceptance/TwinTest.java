package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Checkpoints whose memory is held by the copies on write of their programs, which stay (checkpoint --twin). */
class TwinTest extends TwinCase {
    @Test
    void itIsRestoredAsOftenAsOneLikes() throws Exception {
        try (RealProgram program = checker(200, 0)) {
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            assertThat(Files.size(MemoryStore.ofUser().path(name))).isLessThan(4 << 20);
            assertThat(twins()).hasSize(1);
            assertThat(Path.of("/proc/" + twins().getFirst() + "/fd")).isEmptyDirectory();
            assertThat(Tool.run("list").succeeds().out()).contains(memory, " shared + ", " own in 1 twin");
            changes(program, 2);
            assertThat(asked()).isEqualTo("right 2");
            int beside = restored("--pid-namespace", memory);
            assertThat(program.ask("ps -o args= --pid " + beside)).contains("checker.py");
            assertThat(asked()).isIn("right 1", "right 2"); // one of them has seen it
            end(beside);
            end(program.pid());
            for (int i = 0; i < 2; i++) {
                assertThat(restored(memory)).isEqualTo(program.pid());
                assertThat(asked()).isEqualTo("right 1");
                changes(program, 2);
                assertThat(asked()).isEqualTo("right 2");
                end(program.pid());
            }
            Path file = scratch.resolve("file");
            Tool.run("cp", memory, file + "").succeeds();
            Tool.run("verify", memory).succeeds();
            Tool.run("rm", memory).succeeds();
            assertThat(twins()).isEmpty();
            assertThat(Tool.run("verify", file + "").succeeds().out()).startsWith("good: ");
            assertThat(restored(file + "")).isEqualTo(program.pid());
            assertThat(asked()).isEqualTo("right 1");
        }
    }

    @Test
    void aSetIsOfOneInstantAndSharesItsMemory() throws Exception {
        try (RealProgram program = checker(20, 3)) {
            List<Integer> family = Tasks.family(program.pid());
            Tool.run("checkpoint", "--twin", "--kill", "-o", memory, program.pid() + "")
                    .succeeds();
            Tasks.awaitEnd(family, PATIENCE);
            assertThat(twins()).hasSize(4);
            for (int i = 0; i < 2; i++) {
                restored(memory);
                assertThat(asked()).isEqualTo("right 1");
                for (int child = 0; child < 3; child++) {
                    Files.deleteIfExists(scratch.resolve("child-" + child + "-is"));
                    Files.createFile(scratch.resolve("child-" + child));
                    assertThat(RealProgram.awaitText(scratch, "child-" + child + "-is"))
                            .isEqualTo("right");
                }
                end(program.pid());
            }
        }
    }

    @Test
    void redisHasItsKeysAgain() throws Exception {
        try (RealProgram redis = RealProgram.start(
                scratch, "redis-server --port 0 --unixsocket $PWD/s --save '' --enable-debug-command yes")) {
            redis.awaitSuccess("redis-cli -s s ping");
            redis.ask("redis-cli -s s debug populate 100000");
            Tool.run("checkpoint", "--twin", "-o", memory, redis.pid() + "").succeeds();
            redis.ask("redis-cli -s s flushall");
            assertThat(redis.ask("redis-cli -s s dbsize")).isEqualTo("0");
            end(redis.pid());
            assertThat(restored(memory)).isEqualTo(redis.pid());
            assertThat(redis.ask("redis-cli -s s dbsize")).isEqualTo("100000");
            assertThat(redis.ask("redis-cli -s s get key:99999")).isEqualTo("value:99999");
        }
    }

    @Test
    void withoutItsTwinItIsOneLine() throws Exception {
        try (RealProgram program = checker(8, 0)) {
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            int twin = twins().getFirst();
            end(twin);
            requireGone(twin);
            changes(program, 2);
            assertThat(asked()).isEqualTo("right 2");
        }
    }

    private void requireGone(int twin) throws IOException, InterruptedException {
        String gone = "process " + twin + ", which held its memory, has ended";
        assertThat(Tool.run("list").succeeds().out())
                .contains("its memory is gone: process " + twin + ", which held it, has ended");
        String json = Tool.run("list", "--json").succeeds().out();
        assertThat(Schema.errors("list", json)).isEmpty();
        assertThat(json).contains("\"whole\": false");
        for (List<String> command : List.of(
                List.of("restore", "-d", memory),
                List.of("verify", memory),
                List.of("show", memory),
                List.of("cp", memory, scratch.resolve("none") + ""),
                List.of("export", "--executable", "-o", scratch.resolve("none") + "", memory))) {
            assertThat(Tool.run(command.toArray(String[]::new)).endsWith(1).err())
                    .contains(gone)
                    .doesNotContain("Exception")
                    .hasLineCount(1);
        }
        assertThat(scratch.resolve("none")).doesNotExist();
        Tool.run("rm", memory).succeeds();
        assertThat(Tool.run("list").succeeds().out()).doesNotContain(name);
    }

    // A control group has room for the program, but not for all its memory twice.
    @Test
    void whereMemoryIsShortTheTwinGoes() throws Exception {
        Path group = Path.of("/sys/fs/cgroup/memory/" + name);
        assumeThat(group.getParent().resolve("cgroup.procs"))
                .as("control groups of memory, version 1")
                .exists();
        Files.createDirectory(group);
        Files.writeString(group.resolve("memory.limit_in_bytes"), "120M");
        try (RealProgram program = checker(64, 0, group + "/cgroup.procs")) {
            try {
                Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "")
                        .succeeds();
                int doomed = twins().getFirst();
                changes(program, 2);
                Tasks.awaitEnd(doomed, PATIENCE);
                assertThat(asked()).isEqualTo("right 2");
                requireGone(doomed);
            } finally {
                end(program.pid());
                RealProgram.await(
                        "the empty group",
                        () -> Files.readString(group.resolve("cgroup.procs")).isBlank());
            }
        } finally {
            Files.delete(group);
        }
    }

    @Test
    void itIsPartOfNoProgram() throws Exception {
        Path group = Path.of("/sys/fs/cgroup/pids/" + name);
        assumeThat(group.getParent().resolve("cgroup.procs"))
                .as("control groups of ids, version 1")
                .exists();
        try (RealProgram program = checker(8, 0)) {
            Files.createDirectory(group);
            try {
                Files.writeString(group.resolve("cgroup.procs"), program.pid() + "");
                Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "")
                        .succeeds();
                int twin = twins().getFirst();
                assertThat(Files.readAllLines(group.resolve("cgroup.procs"))).contains(program.pid() + "", twin + "");
                Path image = scratch.resolve("image");
                Tool.run("checkpoint", "-o", image + "", "--cgroup", group + "").succeeds();
                assertThat(Tool.run("show", image + "").succeeds().out()).doesNotContain(TWIN);
                assertThat(Tool.run("checkpoint", "-o", image + "", twin + "")
                                .endsWith(3)
                                .err())
                        .contains("twin (process " + twin + ")");
                Tool.run("rm", memory).succeeds();
            } finally {
                end(program.pid());
                RealProgram.await(
                        "the empty group",
                        () -> Files.readString(group.resolve("cgroup.procs")).isBlank());
                Files.delete(group);
            }
        }
    }

    @Test
    void whereItWouldBeSeenThereIsNone() throws Exception {
        Path script = scratch.resolve("subreaper.py");
        Files.writeString(script, """
                import ctypes, time
                ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) # PR_SET_CHILD_SUBREAPER
                open('reaps', 'w').write('1')
                time.sleep(100)
                """);
        try (RealProgram program = RealProgram.start(scratch, "python3 " + script)) {
            program.awaitSuccess("test -s reaps");
            assertThat(Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "")
                            .endsWith(3)
                            .err())
                    .contains("child subreaper (process " + program.pid() + ")", "without --twin");
            assertThat(MemoryStore.ofUser().path(name)).doesNotExist();
            assertThat(twins()).isEmpty();
        }
    }

    @Test
    void whatMakesNoSenseIsWrongUsage() throws Exception {
        for (List<String> wrong : List.of(
                List.of("-o", scratch.resolve("file") + ""),
                List.of("-o", memory, "--compress=lz4"),
                List.of("-o", memory, "--dedup"),
                List.of("-o", memory, "--stop-and-copy"),
                List.of("-o", memory, "--rate", "1M"))) {
            List<String> arguments = new ArrayList<>(List.of("checkpoint", "--twin"));
            arguments.addAll(wrong);
            arguments.add("1");
            assertThat(Tool.run(arguments.toArray(String[]::new)).endsWith(2).err())
                    .contains(
                            "--twin",
                            wrong.size() == 2 ? "mem:NAME" : wrong.get(2).replaceAll("=.*", ""));
        }
    }
}
