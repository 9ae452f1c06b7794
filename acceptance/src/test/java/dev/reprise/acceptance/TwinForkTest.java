package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A restore out of a twin is a fork of it, where a fork has what a process of the tool's own would have; else its memory is copied. */
class TwinForkTest extends TwinCase {
    private static final int MEGABYTES = 64;
    private static final Pattern OWN = Pattern.compile("Private_Dirty: +(\\d+) kB");

    /** Restored in the background: its id, which {@code stats} is about. */
    private int restored(Path stats, String... more) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("--stats", stats + ""));
        arguments.addAll(List.of(more));
        return restored(arguments.toArray(String[]::new));
    }

    private static boolean isForked(Path stats) throws IOException {
        String text = Files.readString(stats);
        boolean forked = text.contains("\"name\": \"fork\"");
        assertThat(text.contains("\"name\": \"spawn\"")).isEqualTo(!forked);
        return forked;
    }

    private static long ownBytes(int pid) throws IOException {
        String sums = Files.readString(Path.of("/proc/" + pid + "/smaps_rollup"));
        return OWN.matcher(sums)
                .results()
                .mapToLong(one -> Long.parseLong(one.group(1)) << 10)
                .sum();
    }

    @Test
    void nothingIsCopied() throws Exception {
        Path stats = scratch.resolve("stats");
        try (RealProgram program = checker(MEGABYTES, 0)) {
            String descriptors = program.ask("ls -l /proc/" + program.pid() + "/fd | sed 's/.* \\([0-9]* ->\\)/\\1/'");
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            int twin = twins().getFirst();
            end(program.pid());
            for (int i = 0; i < 3; i++) {
                assertThat(restored(stats, memory)).isEqualTo(program.pid());
                assertThat(isForked(stats)).isTrue();
                assertThat(ownBytes(program.pid())).isLessThan((MEGABYTES << 20) / 4);
                assertThat(program.ask("ls -l /proc/" + program.pid() + "/fd | sed 's/.* \\([0-9]* ->\\)/\\1/'"))
                        .isEqualTo(descriptors);
                assertThat(asked()).isEqualTo("right 1");
                changes(program, 2);
                assertThat(asked()).isEqualTo("right 2");
                assertThat(Path.of("/proc/" + twin + "/fd")).isEmptyDirectory();
                end(program.pid());
            }
            assertThat(twins()).containsExactly(twin);
        }
    }

    // They wait for each other only while the twin forks.
    @Test
    void manyAreForkedAtOnceBesideIt() throws Exception {
        try (RealProgram program = checker(MEGABYTES, 0)) {
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            List<Process> commands = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                commands.add(Births.start(new ProcessBuilder(Tool.command(
                                List.of(),
                                "restore",
                                "-d",
                                "--pid-namespace",
                                "--pidfile",
                                scratch.resolve("pid-" + i) + "",
                                "--stats",
                                scratch.resolve("stats-" + i) + "",
                                memory))
                        .redirectErrorStream(true)
                        .redirectOutput(scratch.resolve("out-" + i).toFile())));
            }
            for (int i = 0; i < commands.size(); i++) {
                assertThat(commands.get(i).waitFor())
                        .as(Files.readString(scratch.resolve("out-" + i)))
                        .isZero();
                assertThat(isForked(scratch.resolve("stats-" + i))).isTrue();
                int pid = Integer.parseInt(
                        Files.readString(scratch.resolve("pid-" + i)).strip());
                assertThat(ownBytes(pid)).isLessThan((MEGABYTES << 20) / 4);
                end(pid);
            }
            assertThat(asked()).isEqualTo("right 1");
        }
    }

    // Rights and limits are the program's from a fork's beginning, which cannot do then what a restore does.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "setpriv --groups 4",
                "setpriv --bounding-set -sys_admin",
                "setpriv --no-new-privs",
                "setpriv --securebits +keep_caps_locked",
                "prlimit --fsize=1000000",
                "unshare --uts"
            })
    void whoIsNotLikeUsIsCopied(String command) throws Exception {
        Path stats = scratch.resolve("stats");
        try (RealProgram program = checker(MEGABYTES, 0, "/dev/null", command)) {
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            end(program.pid());
            assertThat(restored(stats, memory)).isEqualTo(program.pid());
            assertThat(isForked(stats)).isFalse();
            assertThat(asked()).isEqualTo("right 1");
        }
    }

    // What a fork has from the beginning too, and must not have while it becomes the program.
    @ParameterizedTest
    @ValueSource(strings = {"setarch -X", "prlimit --nofile=8:4096"})
    void whatIsInTheWayIsPutOff(String command) throws Exception {
        Path stats = scratch.resolve("stats");
        try (RealProgram program = checker(MEGABYTES, 0, "/dev/null", command)) {
            String look = "cut -d ' ' -f 1,2 /proc/" + program.pid() + "/maps; grep files /proc/" + program.pid()
                    + "/limits; cat /proc/" + program.pid() + "/personality /proc/" + program.pid() + "/timerslack_ns";
            String before = program.ask(look);
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            end(program.pid());
            assertThat(restored(stats, memory)).isEqualTo(program.pid());
            assertThat(isForked(stats)).isTrue();
            assertThat(program.ask(look)).isEqualTo(before);
            assertThat(asked()).isEqualTo("right 1");
        }
    }

    // The fork would be born in a session of the twin's; in a namespace the first process makes one.
    @Test
    void whoDoesNotLeadItsSessionIsForkedInANamespace() throws Exception {
        Path stats = scratch.resolve("stats");
        String child = "bash -c 'python3 " + script() + " " + MEGABYTES + " 0; true'";
        try (RealProgram shell = RealProgram.start(scratch, child)) {
            shell.awaitSuccess("test -s filled");
            int pid = Tasks.family(shell.pid()).getLast();
            assertThat(pid).isNotEqualTo(shell.pid());
            Tool.run("checkpoint", "--twin", "-o", memory, pid + "").succeeds();
            end(pid);
            int beside = restored(stats, "--pid-namespace", memory);
            assertThat(isForked(stats)).isTrue();
            assertThat(asked()).isEqualTo("right 1");
            end(beside);
            assertThat(restored(stats, memory)).isEqualTo(pid);
            assertThat(isForked(stats)).isFalse();
            assertThat(asked()).isEqualTo("right 1");
            end(pid);
        }
    }

    @Test
    void aFrozenOneCanStillBeRead() throws Exception {
        Path group = Path.of("/sys/fs/cgroup/freezer/" + name);
        assumeThat(group.getParent().resolve("cgroup.procs"))
                .as("freezers, version 1")
                .exists();
        Files.createDirectory(group);
        Path stats = scratch.resolve("stats");
        try (RealProgram program = checker(MEGABYTES, 0)) {
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            end(program.pid());
            Files.writeString(group.resolve("cgroup.procs"), twins().getFirst() + "");
            Files.writeString(group.resolve("freezer.state"), "FROZEN");
            try {
                assertThat(restored(stats, memory)).isEqualTo(program.pid());
                assertThat(isForked(stats)).isFalse();
                assertThat(asked()).isEqualTo("right 1");
                end(program.pid());
            } finally {
                Files.writeString(group.resolve("freezer.state"), "THAWED");
                Files.writeString(group.getParent().resolve("cgroup.procs"), twins().getFirst() + "");
            }
            restored(stats, memory);
            assertThat(isForked(stats)).isTrue();
            assertThat(asked()).isEqualTo("right 1");
        } finally {
            Files.delete(group);
        }
    }

    // A JVM keeps what it has compiled, and threads of all kinds.
    @Test
    void aVirtualMachineGoesOn() throws Exception {
        Path stats = scratch.resolve("stats");
        try (RunningGuest running = RunningGuest.start(Guest.named("HttpCounter.Serial"))) {
            long start = System.nanoTime();
            Set<Integer> sessions = Tasks.sessions(Tasks.family(running.pid()));
            Tool.run("checkpoint", "--twin", "--kill", "-o", memory, running.pid() + "")
                    .succeeds();
            Tasks.awaitEnd(running.pid(), PATIENCE);
            Tasks.reap(sessions);
            assertThat(restored(stats, memory)).isEqualTo(running.pid());
            assertThat(isForked(stats)).isTrue();
            running.passes(running.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }
}
