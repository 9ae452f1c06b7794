package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tool that has less than its machine's root: it checkpoints and restores, or says in one line what it lacks; the program is unharmed. */
class RightsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final List<Integer> FAILURES = List.of(1, 3);
    private static final int KILLED = 128 + 9;
    private static final Path MEMORY = Path.of("/sys/fs/cgroup/memory");

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sys_ptrace",
                "sys_admin",
                "checkpoint_restore",
                "sys_resource",
                "ipc_owner",
                "dac_override",
                "dac_read_search",
                "kill",
                "setuid",
                "setgid",
                "setpcap",
                "sys_nice",
                "sys_chroot",
                "net_admin",
                "audit_control",
                "fowner",
                "chown",
                "setfcap",
                "mknod",
                "ipc_lock",
                "sys_time",
                "lease"
            })
    void withoutOneCapability(String capability) throws Exception {
        String without = "-" + capability;
        List<String> limits = List.of("setpriv", "--bounding-set", without, "--inh-caps", without);
        awayAndBack(capability, limits, RunningGuest.start(Guest.named("heap")));
        awayAndBack(capability + ", nor has the program", limits, RunningGuest.startAs(limits, Guest.named("heap")));
    }

    private void awayAndBack(String what, List<String> limits, RunningGuest program) throws Exception {
        try (RunningGuest guest = program) {
            long start = System.nanoTime();
            Outside before = Outside.of(guest.pid());
            Path image = scratch.resolve("image");
            Tool.Outcome taken = run(limits, "checkpoint", "--sync=no", "--kill", "-o", image + "", guest.pid() + "");
            if (taken.status() == 0) {
                Tasks.awaitEnd(guest.pid(), PATIENCE);
                Tool.Outcome restored = run(limits, "restore", "-d", image + "");
                if (restored.status() != 0) {
                    System.out.println(what + ": " + restored.err().strip());
                    saysWhatIsMissing(restored);
                    assertThat(Tasks.isAlive(guest.pid())).isFalse();
                    Tool.run("restore", "-d", image + "").succeeds();
                }
            } else {
                saysWhatIsMissing(taken);
                assertThat(before.differences(Outside.of(guest.pid()), true)).isEmpty();
                assertThat(image).doesNotExist();
            }
            Files.deleteIfExists(image);
            System.out.println(what + ": " + taken.status() + " " + taken.err().strip());
            guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    // The kernel may kill the tool, or only its calls fail.
    @Test
    void inAControlGroupWithLittleMemory() throws Exception {
        assumeThat(MEMORY.resolve("memory.limit_in_bytes"))
                .as("a memory controller of version 1")
                .exists();
        Path group = Files.createDirectory(
                MEMORY.resolve("reprise-test-" + ProcessHandle.current().pid()));
        try (RunningGuest guest = RunningGuest.start(Guest.named("self_checker.nanosleep"))) {
            long start = System.nanoTime();
            for (int mebibytes : new int[] {1, 2, 4, 8, 32}) {
                Outside before = Outside.of(guest.pid()).ofMoving();
                Files.writeString(group.resolve("memory.limit_in_bytes"), (mebibytes << 20) + "");
                Path image = scratch.resolve("image");
                String tool = Tool.quoted("checkpoint", "--sync=no", "-o", image + "", guest.pid() + "");
                Tool.Outcome outcome = Tool.run(new ProcessBuilder(
                        "bash", "-c", "echo $$ >" + group.resolve("cgroup.procs") + "; exec " + tool));
                boolean isTaken = Files.deleteIfExists(image);
                assertThat(outcome.status() == 0).as(outcome.err()).isEqualTo(isTaken);
                if (outcome.status() != KILLED) {
                    assertThat(outcome.err()).doesNotContain("Exception");
                }
                LeftAlone.require(guest.pid(), outcome.status() == KILLED);
                System.out.println(mebibytes + " MiB: " + outcome.status() + " "
                        + outcome.err().strip());
                RealProgram.await(
                        "as before",
                        () -> before.differences(Outside.of(guest.pid()).ofMoving(), true)
                                .isEmpty());
            }
            assertThat(Vitals.of(guest.scratch()).wrong()).isEmpty();
            Tool.run("checkpoint", "--sync=no", "-o", scratch.resolve("image") + "", guest.pid() + "")
                    .succeeds();
            LeftAlone.require(guest.pid());
            guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        } finally {
            RealProgram.await(
                    "nobody in the group",
                    () -> Files.readString(group.resolve("cgroup.procs")).isEmpty());
            Files.delete(group);
        }
    }

    private static Tool.Outcome run(List<String> limits, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(limits);
        command.addAll(Tool.command(List.of(), arguments));
        return Tool.run(new ProcessBuilder(command));
    }

    private static void saysWhatIsMissing(Tool.Outcome outcome) {
        assertThat(outcome.status()).as(outcome.err()).isIn(FAILURES);
        assertThat(outcome.err()).startsWith("reprise: ").contains("CAP_").doesNotContain("Exception");
    }
}
