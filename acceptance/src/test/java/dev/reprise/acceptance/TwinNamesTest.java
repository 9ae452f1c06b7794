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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Names of checkpoints whose memory twins hold: whoever loses its name ends, and nobody else (docs/decisions/0019-twins.md). */
class TwinNamesTest extends TwinCase {
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

    // Easily said by mistake: --stats mem:NAME.
    @Test
    void whatIsNoImageTakesNoName() throws Exception {
        try (RealProgram program = checker(8, 0)) {
            Tool.run("checkpoint", "--twin", "-o", memory, program.pid() + "").succeeds();
            for (List<String> command : List.of(
                    List.of("restore", "-d", "--stats", memory),
                    List.of("restore", "--pidfile", memory, memory),
                    List.of("checkpoint", "--stats", memory, "-o", scratch + "/file", program.pid() + ""),
                    List.of("show", "--html", memory, memory))) {
                Tool.Outcome outcome = Tool.run(command.toArray(String[]::new));
                assertThat(outcome.status()).as(outcome.err()).isNotZero();
                assertThat(outcome.err())
                        .contains(memory + " is the name of an image")
                        .hasLineCount(1);
            }
            Tool.run("verify", memory).succeeds();
            assertThat(twins()).hasSize(1);
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
