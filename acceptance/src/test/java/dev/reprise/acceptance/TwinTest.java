package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.MemoryStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints whose memory is held by the copies on write of their programs, which stay (checkpoint --twin). */
class TwinTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TWIN = "reprise-twin";

    private final String name = "twin-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    private final String memory = "mem:" + name;

    @TempDir(factory = PublicDirectory.class)
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @AfterEach
    void remove() throws IOException, InterruptedException {
        if (Files.exists(MemoryStore.ofUser().path(name))) {
            Tool.run("rm", memory).succeeds();
        }
    }

    /** It has changed all its memory since, and says whether it has what it had, when it is asked. */
    private static final String CHECKER = """
            import mmap, os, sys, time
            size = int(sys.argv[1]) << 20
            memory = bytearray(size)
            shared = mmap.mmap(-1, 1 << 20)
            def fill(value):
                for i in range(0, size, 4096):
                    memory[i:i + 8] = (i + value).to_bytes(8, 'little')
                shared[0:8] = value.to_bytes(8, 'little')
            def check(value):
                for i in range(0, size, 4096):
                    if memory[i:i + 8] != (i + value).to_bytes(8, 'little'):
                        return f'wrong at {i}'
                return 'right' if shared[0:8] == value.to_bytes(8, 'little') else 'shared memory is wrong'
            def tell(what, text):
                with open(what + '.part', 'w') as file:
                    file.write(text)
                os.rename(what + '.part', what)
            value = 1
            fill(value)
            children = []
            for number in range(int(sys.argv[2])):
                if os.fork() == 0:
                    while True:
                        time.sleep(0.01)
                        if os.path.exists(f'child-{number}'):
                            tell(f'child-{number}-is', check(int.from_bytes(shared[0:8], 'little')) if value == 1 else 'no child')
                            os.remove(f'child-{number}')
            tell('filled', str(value))
            while True:
                time.sleep(0.01)
                if os.path.exists('change'):
                    os.remove('change')
                    value += 1
                    fill(value)
                    tell('filled', str(value))
                if os.path.exists('check'):
                    os.remove('check')
                    tell('is', f'{check(value)} {value}')
            """;

    private RealProgram checker(int megabytes, int children) throws IOException, InterruptedException {
        return checker(megabytes, children, "/dev/null");
    }

    /** {@code group}: where its id is written before it begins. */
    private RealProgram checker(int megabytes, int children, String group) throws IOException, InterruptedException {
        Path script = scratch.resolve("checker.py");
        Files.writeString(script, CHECKER);
        RealProgram program = RealProgram.start(
                scratch,
                "bash -c 'echo $$ >" + group + "; exec python3 " + script + " " + megabytes + " " + children + "'");
        program.awaitSuccess("test -s filled");
        return program;
    }

    private String asked() throws IOException, InterruptedException {
        Files.deleteIfExists(scratch.resolve("is"));
        Files.createFile(scratch.resolve("check"));
        return RealProgram.awaitText(scratch, "is");
    }

    private void changes(RealProgram program, int value) throws IOException, InterruptedException {
        program.ask("touch change");
        program.awaitSuccess("grep -qx " + value + " filled");
    }

    private static void end(int pid) throws InterruptedException {
        List<Integer> family = Tasks.family(pid);
        family.forEach(one -> Tasks.kill(one, Tasks.SIGKILL));
        Tasks.awaitEnd(family, PATIENCE);
    }

    /** The ids of all twins of a program, by its executable and directory. */
    private List<Integer> twins() throws IOException {
        List<Integer> twins = new ArrayList<>();
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            try {
                Path proc = Path.of("/proc/" + process.pid());
                if (Files.readString(proc.resolve("comm")).strip().equals(TWIN)
                        && Files.readString(proc.resolve("cmdline")).contains(scratch.toString())) {
                    twins.add((int) process.pid());
                }
            } catch (IOException gone) {
                // so it is none
            }
        }
        return twins;
    }

    private int restored(String... more) throws IOException, InterruptedException {
        Path number = scratch.resolve("number");
        List<String> arguments = new ArrayList<>(List.of("restore", "-d", "--pidfile", number + ""));
        arguments.addAll(List.of(more));
        Tool.run(arguments.toArray(String[]::new)).succeeds();
        return Integer.parseInt(Files.readString(number).strip());
    }

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

    // By another one, by an image that has none, and by a copy.
    @Test
    void whoeverLosesItsNameEnds() throws Exception {
        try (RealProgram program = checker(8, 0)) {
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            int first = twins().getFirst();
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            assertThat(twins()).hasSize(1).doesNotContain(first);
            Path file = scratch.resolve("file");
            Tool.run("cp", memory, file + "").succeeds();
            Tool.run("cp", file + "", memory).succeeds();
            assertThat(twins()).isEmpty();
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            Tool.run("checkpoint", "-o", memory, program.pid() + "").succeeds();
            assertThat(twins()).isEmpty();
            Tool.run("verify", memory).succeeds();
        }
    }

    // Each state in which a tool can have died, made by hand; what it does until then: ToolDiesTest.
    @Test
    void whatADeadToolHasLeftIsFinishedOrTakenAway() throws Exception {
        Path image = image();
        Path part = aside("part");
        Path gone = aside("gone");
        Path hidden = image.resolveSibling("." + name);
        try (RealProgram program = checker(8, 0)) {
            // before the name: it gets it
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            Files.move(image, part);
            assertThat(Tool.run("list").succeeds().out()).contains(memory, " own in 1 twin");
            assertThat(part).doesNotExist();
            int first = twins().getFirst();
            // when another was to lose its name, and has not: whatever the times of the two say
            Files.move(image, hidden);
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            Files.move(image, part);
            Files.setLastModifiedTime(part, FileTime.fromMillis(0));
            Files.move(hidden, image);
            Files.createLink(gone, image);
            Tool.run("verify", memory).succeeds();
            assertThat(part).doesNotExist();
            assertThat(gone).doesNotExist();
            assertThat(twins()).hasSize(1).doesNotContain(first);
            // the same, but there is no other
            Files.createLink(gone, image);
            Files.createFile(part);
            Tool.run("verify", memory).succeeds();
            assertThat(part).doesNotExist();
            assertThat(gone).doesNotExist();
            assertThat(twins()).hasSize(1);
            // when it had lost it
            Files.move(image, gone);
            Tool.run("checkpoint", "-o", memory, program.pid() + "").succeeds();
            assertThat(gone).doesNotExist();
            assertThat(twins()).isEmpty();
            // in the middle of rm
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            Files.move(image, gone);
            assertThat(Tool.run("list").succeeds().out()).doesNotContain(name);
            assertThat(gone).doesNotExist();
            assertThat(twins()).isEmpty();
        }
    }

    private Path image() {
        return MemoryStore.ofUser().path(name);
    }

    private Path aside(String kind) throws IOException, InterruptedException {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        return image().resolveSibling("." + name + "." + ended.pid() + "-1f." + kind);
    }

    private List<Path> leftovers() throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(image().getParent(), "." + name + "*")) {
            files.forEach(found::add);
        }
        return found;
    }

    // There /proc has other processes: neither is a writer dead because it is not among them, nor can its twins be
    // ended.
    @Test
    void fromAnotherPidNamespaceNothingIsHarmed() throws Exception {
        try (RealProgram program = checker(32, 0)) {
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            int twin = twins().getFirst();
            assertThat(elsewhere("setsid sleep 100 & sleep 0.3; " + Tool.quoted("checkpoint", "--twin", "-o", memory)
                                    + " $!")
                            .endsWith(1)
                            .err())
                    .contains("another pid namespace")
                    .hasLineCount(1);
            assertThat(elsewhere("exec " + Tool.quoted("rm", memory))
                            .endsWith(1)
                            .err())
                    .contains("another pid namespace");
            assertThat(elsewhere("exec " + Tool.quoted("list")).succeeds().out())
                    .contains(memory, "its memory is in 1 twin of another pid namespace");
            String json = elsewhere("exec " + Tool.quoted("list", "--json"))
                    .succeeds()
                    .out();
            assertThat(Schema.errors("list", json)).isEmpty();
            assertThat(json).contains("\"elsewhere\": true");
            assertThat(twins()).containsExactly(twin);
            assertThat(leftovers()).isEmpty();
            Tool.run("verify", memory).succeeds();
            Tool.run("rm", memory).succeeds();

            Process slow = Births.start(new ProcessBuilder(
                            Tool.command(List.of(), "checkpoint", "-o", memory, "--rate", "16M", program.pid() + ""))
                    .redirectErrorStream(true)
                    .redirectOutput(scratch.resolve("slow").toFile()));
            RealProgram.await("the file", () -> !leftovers().isEmpty());
            elsewhere("exec " + Tool.quoted("list")).succeeds();
            assertThat(leftovers()).hasSize(1);
            assertThat(slow.waitFor())
                    .as(Files.readString(scratch.resolve("slow")))
                    .isZero();
            Tool.run("verify", memory).succeeds();
        }
    }

    private static Tool.Outcome elsewhere(String script) throws IOException, InterruptedException {
        return Tool.run(new ProcessBuilder("unshare", "-pf", "--kill-child", "--mount-proc", "bash", "-c", script));
    }

    // Names change one command after the other.
    @Test
    void twoThatSettleTheSameDoItOnce() throws Exception {
        try (RealProgram program = checker(8, 0)) {
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            int twin = twins().getFirst();
            Path directory = image().getParent();
            Path waits = scratch.resolve("waits");
            for (int i = 0; i < 5; i++) {
                Files.move(image(), aside("part"));
                String list = Tool.quoted("list");
                Tool.run(new ProcessBuilder(
                                "bash", "-c", list + " & " + list + " & " + list + " & " + list + " & wait"))
                        .succeeds();
                assertThat(twins()).containsExactly(twin);
                assertThat(leftovers()).isEmpty();
            }
            Process other =
                    new ProcessBuilder("flock", directory + "", "bash", "-c", "echo >" + waits + "; read").start();
            RealProgram.await("the lock", () -> Files.exists(waits));
            Process removal = Births.start(new ProcessBuilder(Tool.command(List.of(), "rm", memory))
                    .redirectErrorStream(true)
                    .redirectOutput(scratch.resolve("removal").toFile()));
            assertThat(removal.waitFor(3, TimeUnit.SECONDS)).isFalse();
            assertThat(image()).exists();
            other.getOutputStream().close();
            assertThat(removal.waitFor()).isZero();
            assertThat(other.waitFor()).isBetween(0, 1); // read has found no line
            assertThat(twins()).isEmpty();
        }
    }

    // Killed it is at once, but it does not end before its group is thawed.
    @Test
    void oneThatCannotEndIsLeft() throws Exception {
        Path group = Path.of("/sys/fs/cgroup/freezer/" + name);
        assumeThat(group.getParent().resolve("cgroup.procs"))
                .as("freezers, version 1")
                .exists();
        Files.createDirectory(group);
        try (RealProgram program = checker(8, 0)) {
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            int first = twins().getFirst();
            Files.writeString(group.resolve("cgroup.procs"), first + "");
            Files.writeString(group.resolve("freezer.state"), "FROZEN");
            try {
                String stays = "process " + first + ", which holds its memory, has been killed, but does not end";
                assertThat(Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "")
                                .succeeds()
                                .err())
                        .contains(stays)
                        .hasLineCount(1);
                assertThat(twins()).hasSize(2);
                Tool.run("verify", memory).succeeds();
                assertThat(leftovers()).hasSize(1);
                int second =
                        twins().stream().filter(one -> one != first).findFirst().orElseThrow();
                Files.writeString(group.resolve("cgroup.procs"), second + "");
                RealProgram.await(
                        "the frozen group",
                        () -> Files.readString(group.resolve("freezer.state"))
                                .strip()
                                .equals("FROZEN"));
                assertThat(Tool.run("rm", memory).endsWith(1).err())
                        .contains("process " + second, "a later command that uses mem: takes the rest away")
                        .hasLineCount(1);
                assertThat(Tool.run("list").succeeds().out()).doesNotContain(name);
                assertThat(leftovers()).hasSize(2);
            } finally {
                Files.writeString(group.resolve("freezer.state"), "THAWED");
            }
            Tool.run("list").succeeds();
            assertThat(leftovers()).isEmpty();
            assertThat(twins()).isEmpty();
        } finally {
            RealProgram.await(
                    "the empty group",
                    () -> Files.readString(group.resolve("cgroup.procs")).isBlank());
            Files.delete(group);
        }
    }

    // Whom it names cannot be told then.
    @Test
    void aDamagedOneDoesNotTakeItsNameFromItsTwin() throws Exception {
        try (RealProgram program = checker(8, 0)) {
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            int twin = twins().getFirst();
            try (FileChannel file = FileChannel.open(image(), StandardOpenOption.WRITE)) {
                file.truncate(file.size() / 2);
            }
            assertThat(Tool.run("rm", memory).endsWith(1).err())
                    .contains("cannot be read", "reprise-twin [" + twin + "]", "kill -9")
                    .hasLineCount(1);
            assertThat(Tool.run("checkpoint", "-o", memory, program.pid() + "")
                            .endsWith(1)
                            .err())
                    .contains("reprise-twin [" + twin + "]");
            assertThat(image()).exists();
            assertThat(twins()).containsExactly(twin);
            end(twin);
            Tool.run("rm", memory).succeeds();
            assertThat(leftovers()).isEmpty();
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

    // Its bytes alone are nothing that runs.
    @Test
    void aBareFileIsRefused() throws Exception {
        try (RealProgram program = checker(8, 0)) {
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            String file = MemoryStore.ofUser().path(name).toString();
            assertThat(Tool.run(new ProcessBuilder("bash", "-c", Tool.quoted("restore", "-d") + " < " + file))
                            .endsWith(1)
                            .err())
                    .contains("processes hold its memory", "reprise cp")
                    .doesNotContain("Exception")
                    .hasLineCount(1);
            // it is a stream by itself when it is read as one
            Tool.run(new ProcessBuilder(
                            "bash",
                            "-c",
                            "set -o pipefail; " + Tool.quoted("cp", memory, "-") + " | " + Tool.quoted("verify", "-")))
                    .succeeds();
        }
    }

    // What an image is stands in it, not in how its path is spelt.
    @Test
    void byAnyPathItIsTheSame() throws Exception {
        try (RealProgram program = checker(8, 0)) {
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            Path directory = MemoryStore.ofUser().path(name).getParent();
            Path link = Files.createSymbolicLink(scratch.resolve("link"), directory);
            Path copy = scratch.resolve("copy");
            Path mounted = Files.createDirectory(scratch.resolve("mounted"));
            Tool.run(new ProcessBuilder(Tool.command(List.of(), "cp", name, copy + "")).directory(directory.toFile()))
                    .succeeds();
            requireWhole(copy);
            for (Path path : List.of(
                    link.resolve(name),
                    directory.resolve("../" + directory.getFileName()).resolve(name))) {
                Tool.run("cp", path + "", copy + "").succeeds();
                requireWhole(copy);
                Tool.run("verify", path + "").succeeds();
            }
            Tool.run(new ProcessBuilder(
                            "unshare",
                            "-m",
                            "sh",
                            "-c",
                            "mount --bind " + directory + " " + mounted + " && "
                                    + Tool.quoted("cp", mounted.resolve(name) + "", copy + "")))
                    .succeeds();
            requireWhole(copy);
            // and what loses its name goes
            Tool.run("cp", copy + "", link.resolve(name) + "").succeeds();
            assertThat(twins()).isEmpty();
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            Tool.run("checkpoint", "-o", link.resolve(name) + "", program.pid() + "")
                    .succeeds();
            assertThat(twins()).isEmpty();
            Files.delete(link);
        }
    }

    // By root, in another's directory.
    @Test
    void anothersIsWholeToo() throws Exception {
        Path others = Path.of("/dev/shm/reprise-65533");
        assumeThat(others).as("a directory that nobody has").doesNotExist();
        Files.createDirectory(others);
        try (RealProgram program = checker(8, 0)) {
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            Path file = others.resolve(name);
            Files.move(MemoryStore.ofUser().path(name), file);
            Path copy = scratch.resolve("copy");
            Tool.run("cp", file + "", copy + "").succeeds();
            requireWhole(copy);
            Tool.run("cp", copy + "", file + "").succeeds();
            assertThat(twins()).isEmpty();
            Files.delete(file);
        } finally {
            Files.delete(others);
        }
    }

    private static void requireWhole(Path copy) throws IOException, InterruptedException {
        assertThat(Files.size(copy)).isGreaterThan(8 << 20);
        Tool.run("verify", copy + "").succeeds();
    }
}
