package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.Checkpoint;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.CopyOnWrite;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Reason;
import dev.reprise.kernel.Faults;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that change while they are frozen, and tasks that nobody can stop: an image or a refusal by name, in bounded time. */
@Isolated("one of them listens to all calls of this JVM")
class RacesTest {
    private static final int TIMES = Integer.getInteger("reprise.races", 40);
    private static final Path FREEZER = Path.of("/sys/fs/cgroup/freezer");
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final CheckpointOptions OPTIONS = CheckpointOptions.DEFAULT.withoutSync();

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"thread_storm", "forking.fork", "forking.vfork", "inside_handler.stack", "rseq_critical_section"
            })
    void whatComesAndGoesIsNoObstacle(String name) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named(name))) {
            long start = System.nanoTime();
            for (int i = 0; i < TIMES; i++) {
                CopyOnWrite how = i % 2 == 0 ? CopyOnWrite.NEVER : CopyOnWrite.ALWAYS;
                Library.checkpoint(guest.pid(), scratch.resolve("image"), OPTIONS.with(how));
            }
            guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1 + guest.readyMillis());
        }
    }

    @Test
    void anExecInAnotherThread() throws Exception {
        String program = """
                import os, sys, threading, time
                def execute():
                    time.sleep(0.003)
                    os.execv('/usr/bin/python3', ['python3', '-SE', *sys.argv, ])
                sys.argv[1] = str(int(sys.argv[1]) + 1)
                with open('part', 'w') as file: file.write(sys.argv[1])
                os.rename('part', 'count')
                threading.Thread(target=execute).start()
                time.sleep(60)
                """;
        Files.writeString(scratch.resolve("program.py"), program);
        try (RealProgram python = RealProgram.start(scratch, "/usr/bin/python3 -SE program.py 0")) {
            RealProgram.awaitText(scratch, "count");
            int images = 0;
            for (int i = 0; i < TIMES; i++) {
                try {
                    Checkpoint.toFile(python.pid(), scratch.resolve("image"), OPTIONS, Progress.NONE);
                    images++;
                } catch (CheckpointException changed) {
                    assertThat(changed.getMessage())
                            .doesNotMatch(PhaseRounds.UNCLEAR)
                            .contains(python.pid() + "");
                    assertThat(changed.reason()).isNotInstanceOf(Reason.Denied.class);
                    LeftAlone.require(python.pid());
                }
            }
            assertThat(images).isPositive();
            String count = Files.readString(scratch.resolve("count"));
            RealProgram.await(
                    "more execs",
                    () -> !Files.readString(scratch.resolve("count")).equals(count));
            RealProgram.await(
                    "nothing of us",
                    () -> !Files.readString(Path.of("/proc/" + python.pid() + "/maps"))
                            .contains("/SYSV5250"));
        }
    }

    @Test
    void aChildOfVforkThatKeepsItsParentWaiting() throws Exception {
        String program = "import os; os.mkfifo('fifo'); open('ready', 'w').close();"
                + " child = os.posix_spawn('/bin/true', ['true'], {},"
                + " file_actions=[(os.POSIX_SPAWN_OPEN, 0, 'fifo', os.O_RDONLY, 0)]);"
                + " os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))";
        try (RealProgram python = RealProgram.start(scratch, "/usr/bin/python3 -c \"" + program + "\"")) {
            RealProgram.await("its child", () -> Tasks.family(python.pid()).size() == 2);
            RealProgram.await("the fifo's reader", () -> Tasks.state(python.pid()) == 'D');
            refusedInTime(python.pid(), "vfork");
            python.ask(": >fifo");
            assertThat(python.awaitEnd()).isZero();
        }
    }

    // Its control group is frozen when the look is over.
    @Test
    void aTaskThatSleepsUninterruptibly() throws Exception {
        assumeThat(FREEZER.resolve("tasks")).as("a freezer of version 1").exists();
        Path group = Files.createDirectory(
                FREEZER.resolve("reprise-test-" + ProcessHandle.current().pid()));
        try (RunningGuest guest = RunningGuest.start(Guest.named("self_checker.nanosleep"))) {
            long start = System.nanoTime();
            Outside before = Outside.of(guest.pid()).ofMoving();
            Files.writeString(group.resolve("cgroup.procs"), guest.pid() + "");
            try {
                Faults.follow((number, _) -> number == SyscallNumbers.SYS_ptrace ? freeze(group) : Faults.NONE);
                assertThatThrownBy(
                                () -> Checkpoint.toFile(guest.pid(), scratch.resolve("image"), OPTIONS, Progress.NONE))
                        .satisfies(failed -> assertThat(((CheckpointException) failed).reason() + "")
                                .contains("uninterruptible sleep"));
            } finally {
                Faults.end();
                Files.writeString(group.resolve("freezer.state"), "THAWED");
                Files.writeString(FREEZER.resolve("cgroup.procs"), guest.pid() + "");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONG);
            RealProgram.await(
                    "as it was",
                    () -> before.differences(Outside.of(guest.pid()).ofMoving(), true)
                            .isEmpty());
            Library.checkpoint(guest.pid(), scratch.resolve("image"), OPTIONS);
            guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        } finally {
            Files.delete(group);
        }
    }

    private static long freeze(Path group) {
        try {
            Files.writeString(group.resolve("freezer.state"), "FROZEN");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Faults.NONE;
    }

    @ParameterizedTest
    @ValueSource(strings = {"strace -f -o /dev/null -p ", "gdb -q -batch -ex 'shell touch traced; sleep 60' -p "})
    void aTaskThatAnotherToolTraces(String tracer) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            try (RealProgram other = RealProgram.start(scratch, tracer + guest.pid())) {
                RealProgram.await(
                        "traced",
                        () -> Files.readAllLines(Path.of("/proc/" + guest.pid() + "/status"))
                                .contains("TracerPid:\t" + other.pid()));
                refusedInTime(guest.pid(), "traced");
            }
            RealProgram.await(
                    "let go",
                    () -> Files.readAllLines(Path.of("/proc/" + guest.pid() + "/status"))
                            .contains("TracerPid:\t0"));
            Tasks.kill(guest.pid(), Tasks.SIGCONT);
            Library.checkpoint(guest.pid(), scratch.resolve("image"), OPTIONS);
            guest.passes(guest.pid(), 60_000);
        }
    }

    private void refusedInTime(int pid, String name) throws Exception {
        Tool.run("--version").succeeds(); // the tool is warm
        long start = System.nanoTime();
        Tool.Outcome outcome = Tool.run("checkpoint", "-o", scratch.resolve("image") + "", pid + "");
        assertThat(outcome.endsWith(3).err()).contains(name).doesNotContain("Exception");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONG);
        assertThat(scratch.resolve("image")).doesNotExist();
    }
}
