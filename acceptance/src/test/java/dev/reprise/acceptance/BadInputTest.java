package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.Checkpoint;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Reason;
import dev.reprise.kernel.Ptrace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that cannot be checkpointed, and places where no image can be written: a clear line, nothing harmed. */
class BadInputTest {
    private static final int ENDINGS = 20;

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @Test
    void aPidThatIsGone() throws Exception {
        for (String command : List.of("checkpoint", "explain")) {
            Tool.Outcome outcome = Tool.run(command, "4194303").endsWith(1);
            assertThat(outcome.err()).isEqualTo("reprise: there is no process 4194303\n");
        }
    }

    @Test
    void aKernelThread() throws Exception {
        assumeThat(Files.readString(Path.of("/proc/2/comm")).strip()).isEqualTo("kthreadd");
        assertThat(Tool.run("checkpoint", "2").endsWith(3).err()).contains("kernel thread");
    }

    @Test
    void ourselvesAndOurAncestors() throws Exception {
        String tool = Tool.quoted("checkpoint");
        assertThat(shell("exec " + tool + " $$").endsWith(3).err()).contains("the tool itself");
        assertThat(shell(tool + " $$; exit $?").endsWith(3).err()).contains("ancestor");
    }

    @Test
    void aProcessThatIsTracedNamesItsTracer() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Tool.Outcome outcome = whileTraced(guest.pid(), () -> Tool.run("checkpoint", guest.pid() + ""));
            assertThat(outcome.endsWith(3).err())
                    .contains("traced", ProcessHandle.current().pid() + "");
            guest.passes(guest.pid(), 60_000);
        }
    }

    // The kernel shows it once to whoever looks only, so the second image would not have it.
    @Test
    void anEmptyMessageThatAnEarlierCheckpointHasSeen() throws Exception {
        String program =
                "import os, socket, time; a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); a.send(b'');"
                        + " open('ready', 'w').close();\nwhile not os.path.exists('go'): time.sleep(0.002)\n"
                        + "os._exit(0 if b.recv(9, socket.MSG_DONTWAIT) == b'' else 1)";
        Process python = Births.start(new ProcessBuilder("setsid", "python3", "-c", program)
                .directory(scratch.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(scratch.resolve("out").toFile())
                .redirectErrorStream(true));
        RealProgram.await("the message", () -> Files.exists(scratch.resolve("ready")));
        String image = scratch.resolve("image").toString();
        Tool.run("checkpoint", "-o", image, python.pid() + "").succeeds();
        assertThat(Tool.run("checkpoint", "-o", image, python.pid() + "")
                        .endsWith(3)
                        .err())
                .contains("UNIX socket with an empty message");
        Files.createFile(scratch.resolve("go"));
        assertThat(python.waitFor()).isZero();
    }

    @Test
    void aProcessThatIsNotOurs() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            assumeThat(PlainUser.run("--version").status())
                    .as("another user may not run the tool where it lies")
                    .isZero();
            Tool.Outcome outcome = PlainUser.run("checkpoint", "-o", "/dev/null", guest.pid() + "");
            assertThat(outcome.endsWith(1).err())
                    .contains("process " + guest.pid())
                    .hasLineCount(1);
            guest.passes(guest.pid(), 60_000);
        }
    }

    @Test
    void aFullDiskAClosedPipeAnUnwritableDirectory() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Outside before = Outside.of(guest.pid());
            String checkpoint = Tool.quoted("checkpoint") + " ";
            Tool.Outcome full = shell("mount -t tmpfs -o size=100k none " + scratch + " || exit 99; " + checkpoint
                    + "-o "
                    + scratch + "/image " + guest.pid() + "; status=$?; ls -A " + scratch + "; umount " + scratch
                    + "; exit $status");
            assertThat(full.endsWith(1).err())
                    .containsIgnoringCase("no space left on device")
                    .hasLineCount(1);
            assertThat(full.out()).as("what is left on the disk").isEmpty();

            Tool.Outcome device =
                    Tool.run("checkpoint", "-o", "/dev/full", guest.pid() + "").endsWith(1);
            assertThat(device.err())
                    .containsIgnoringCase("no space left on device")
                    .hasLineCount(1);

            Tool.Outcome closed = shell("set -o pipefail; " + checkpoint + "--kill " + guest.pid() + " | true");
            assertThat(closed.endsWith(1).err()).contains("roken pipe").hasLineCount(1);

            String nowhere = scratch + "/nowhere/image";
            Tool.Outcome none = Tool.run("checkpoint", "--kill", "-o", nowhere, guest.pid() + "")
                    .endsWith(1);
            assertThat(none.err())
                    .contains(nowhere, "no such file or directory")
                    .hasLineCount(1);
            Tool.Outcome figures = Tool.run("checkpoint", "--kill", "--stats", nowhere, guest.pid() + "")
                    .endsWith(1);
            assertThat(figures.err()).contains(nowhere).hasLineCount(1);

            assertThat(before.differences(Outside.of(guest.pid()), true)).isEmpty();
            guest.passes(guest.pid(), 600_000);
        }
    }

    @Test
    void anOldImageStaysUntilTheNewOneIsComplete() throws Exception {
        Path image = Files.writeString(scratch.resolve("image"), "old");
        Tool.run("checkpoint", "-o", image + "", "4194303").endsWith(1);
        assertThat(image).hasContent("old");
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Tool.run("checkpoint", "-o", image + "", guest.pid() + "").succeeds();
            assertThat(Files.size(image)).isGreaterThan(4096);
            assertThat(Files.getPosixFilePermissions(image)).hasSize(2);
            assertThat(scratch.toFile().list()).containsExactly("image");
        }
    }

    @Test
    void interruptedItUndoesEverything() throws Exception {
        for (String signal : List.of("TERM", "INT")) {
            try (RunningGuest guest = RunningGuest.start(Guest.named("big.64.small"))) {
                Outside before = Outside.of(guest.pid());
                // Nobody reads, so the tool stands in the middle of the memory, the program frozen.
                // Started in the background these tests would ignore Ctrl-C, and so would the tool.
                List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT,TERM"));
                command.addAll(Tool.command(List.of(), "checkpoint", "--kill", guest.pid() + ""));
                ProcessBuilder builder = new ProcessBuilder(command);
                Tool.environment(builder);
                Process tool = Births.start(builder);
                awaitTracer(guest.pid());
                Thread.sleep(200);
                Births.start(new ProcessBuilder("kill", "-" + signal, tool.pid() + ""))
                        .waitFor();
                assertThat(tool.waitFor(20, TimeUnit.SECONDS)).as("it ends").isTrue();
                assertThat(tool.exitValue()).isEqualTo(signal.equals("TERM") ? 143 : 130);
                assertThat(before.differences(Outside.of(guest.pid()), true)).isEmpty();
                guest.passes(guest.pid(), 600_000);
            }
        }
    }

    // It may be gone before, or while, it is looked at and frozen: an image, or a line that says so.
    @Test
    void aProgramThatEndsMeanwhile() throws Exception {
        Path image = scratch.resolve("image");
        int images = 0;
        for (int i = 0; i < ENDINGS; i++) {
            int pid = orphan("exec sleep 0." + (1000 + i * 53));
            while (true) {
                try {
                    Checkpoint.toFile(pid, image, CheckpointOptions.DEFAULT.withoutSync(), Progress.NONE);
                    images++;
                } catch (CheckpointException failed) {
                    assertThat(failed.reason())
                            .as(failed.getMessage())
                            .isInstanceOfAny(Reason.TaskDied.class, Reason.Unsupported.class);
                    assertThat(failed.getMessage()).contains(pid + "");
                    break;
                }
            }
            assertThat(Tasks.awaitEnd(pid, Duration.ofSeconds(10))).isZero();
        }
        assertThat(images).isPositive();
    }

    // Not our child by Java's reckoning (Tasks): its end must not be taken for a stop.
    private int orphan(String script) throws IOException, InterruptedException {
        Tasks.adoptOrphans();
        Path file = scratch.resolve("orphan");
        Files.deleteIfExists(file);
        String say = "echo $$ >'" + file + ".part'; mv '" + file + ".part' '" + file + "'; ";
        Births.start(new ProcessBuilder("setsid", "--fork", "sh", "-c", say + script))
                .waitFor();
        while (!Files.exists(file)) {
            Thread.sleep(1);
        }
        return Integer.parseInt(Files.readString(file).strip());
    }

    private static void awaitTracer(int pid) throws IOException, InterruptedException {
        while (Files.readAllLines(Path.of("/proc/" + pid + "/status")).contains("TracerPid:\t0")) {
            Thread.sleep(5);
        }
    }

    private static <T> T whileTraced(int pid, Callable<T> work) throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            Ptrace ptrace = new Ptrace(arena);
            ptrace.seize(pid, 0);
            try {
                return work.call();
            } finally {
                ptrace.interrupt(pid);
                Thread.sleep(100);
                ptrace.detach(pid, 0);
            }
        }
    }

    private static Tool.Outcome shell(String script) throws IOException, InterruptedException {
        return Tool.run(new ProcessBuilder("bash", "-c", script));
    }
}
