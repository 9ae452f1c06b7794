package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A plain user checkpoints programs of his own, and restores them into a pid namespace: everything without a capability.
 *
 * <p>{@code -Dreprise.plain=REGEX} chooses other guests than the usual ones.
 */
class PlainUserTest {
    private static final String USUAL =
            "heap|epoll_members|pseudoterminals.plain|process_tree|clone_sharers|pending_signals"
                    + "|posix_timers|unix_accepted.path.stream|unix_rights|many_threads.64|python_threads";

    @TempDir(factory = PublicDirectory.class)
    @SuppressWarnings("NullAway.Init")
    private Path scratch;

    @BeforeAll
    static void anotherUserCanRunTheTool() throws Exception {
        List<String> version = new ArrayList<>(PlainUser.COMMAND);
        version.addAll(Tool.onJava("--version"));
        assumeThat(Tool.run(new ProcessBuilder(version)).status())
                .as("another user may not run the tool where it lies")
                .isZero();
    }

    static Stream<Guest> guests() {
        String chosen = System.getProperty("reprise.plain", "");
        return Guest.all().stream()
                .filter(guest -> guest.name().matches(chosen.isEmpty() ? USUAL : chosen))
                .filter(guest -> !guest.needs().contains("terminal"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("guests")
    void goesAwayAndComesBack(Guest guest) throws Exception {
        try (RunningGuest running = RunningGuest.startAs(PlainUser.COMMAND, guest)) {
            long start = System.nanoTime();
            Path image = running.scratch().resolve("image");
            PlainUser.run("checkpoint", "--sync=no", "--kill", "-o", image + "", running.pid() + "")
                    .succeeds();
            Path number = running.scratch().resolve("pid");
            PlainUser.run("restore", "-d", "--pid-namespace", "--pidfile", number + "", image + "")
                    .succeeds();
            int restored = Integer.parseInt(Files.readString(number).strip());
            running.alsoIs(restored);
            assertThat(Files.readString(Path.of("/proc/" + restored + "/status")))
                    .contains(
                            "Uid:\t65534\t65534\t65534\t65534",
                            "CapPrm:\t0000000000000000",
                            "CapAmb:\t0000000000000000");
            running.passes(restored, (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    @Test
    void twiceInARowAndThenAsRoot() throws Exception {
        try (RunningGuest running = RunningGuest.startAs(PlainUser.COMMAND, Guest.named("process_tree"))) {
            long start = System.nanoTime();
            Path image = running.scratch().resolve("image");
            Path number = running.scratch().resolve("pid");
            int now = running.pid();
            for (int round = 0; round < 2; round++) {
                PlainUser.run("checkpoint", "--sync=no", "--kill", "-o", image + "", now + "")
                        .succeeds();
                PlainUser.run("restore", "-d", "--pid-namespace", "--pidfile", number + "", image + "")
                        .succeeds();
                now = Integer.parseInt(Files.readString(number).strip());
                running.alsoIs(now);
            }
            Tool.run("checkpoint", "--sync=no", "--kill", "-o", image + "", now + "")
                    .succeeds();
            Tool.run("restore", "-d", "--pid-namespace", "--pidfile", number + "", image + "")
                    .succeeds();
            now = Integer.parseInt(Files.readString(number).strip());
            running.alsoIs(now);
            running.passes(now, (System.nanoTime() - start) / 1_000_000 + 1 + running.readyMillis());
        }
    }

    @Test
    void oldIdsAreNotForHim() throws Exception {
        try (RunningGuest running = RunningGuest.startAs(PlainUser.COMMAND, Guest.named("heap"))) {
            Path image = running.scratch().resolve("image");
            PlainUser.run("checkpoint", "--sync=no", "-o", image + "", running.pid() + "")
                    .succeeds();
            assertThat(PlainUser.run("restore", "-d", image + "").endsWith(1).err())
                    .contains("CAP_CHECKPOINT_RESTORE", "--pid-namespace")
                    .hasLineCount(1);
            running.passes(running.pid(), 60_000);
        }
    }

    @Test
    void whatWasRootsIsNotForHim() throws Exception {
        try (RunningGuest running = RunningGuest.start(Guest.named("heap"))) {
            Path image = scratch.resolve("image");
            Tool.run("checkpoint", "--sync=no", "-o", image + "", running.pid() + "")
                    .succeeds();
            Tool.run(new ProcessBuilder("chown", "65534", image + "")).succeeds();
            assertThat(PlainUser.run("restore", "-d", "--pid-namespace", image + "")
                            .endsWith(1)
                            .err())
                    .contains("user id 0", "group id 0", "capabilities", "run as root")
                    .hasLineCount(1);
            running.passes(running.pid(), 60_000);
        }
    }

    @Test
    void whatTheKernelKeepsFromHimIsRefusedByName() throws Exception {
        try (RunningGuest memory = RunningGuest.startAs(PlainUser.COMMAND, Guest.named("shared_anonymous"));
                RunningGuest tcp = RunningGuest.startAs(PlainUser.COMMAND, Guest.named("tcp_connections.4"))) {
            assertThat(PlainUser.run("checkpoint", "-o", "/dev/null", memory.pid() + "")
                            .endsWith(3)
                            .err())
                    .contains("mapping out of reach", "CAP_CHECKPOINT_RESTORE");
            assertThat(PlainUser.run("checkpoint", "-o", "/dev/null", tcp.pid() + "")
                            .endsWith(3)
                            .err())
                    .contains("TCP connection", "CAP_NET_ADMIN");
            memory.passes(memory.pid(), 60_000);
            tcp.passes(tcp.pid(), 60_000);
        }
    }

    @Test
    void checkSaysWhatWorks() throws Exception {
        assertThat(PlainUser.run("check").succeeds().out())
                .contains("in a user namespace of one's own", "checkpoints and restores work here");
    }
}
