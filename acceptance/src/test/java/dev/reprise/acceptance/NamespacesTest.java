package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs in network and mount namespaces that are not the tool's. */
class NamespacesTest {
    private static final int SAMPLE = Integer.getInteger("reprise.deaths", 12);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Path CONTAINER =
            Checkout.ROOT.resolve("acceptance/src/test/resources/namespaces/container.py");

    @TempDir(factory = PublicDirectory.class)
    Path scratch;

    @BeforeEach
    void needsRoot() {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "self_checker.multi",
                "tcp_listening.6",
                "tcp_connections.4",
                "unix_listening",
                "udp_unconnected",
                "kernel_sockets",
                "sockets_between",
                "process_tree"
            })
    void aNetworkIsEnteredAgain(String name) throws Exception {
        try (RealProgram holder = holder("unshare --net sh -c 'ip link set lo up && exec sleep 1000'")) {
            there(List.of("nsenter", "--net=/proc/" + holder.pid() + "/ns/net"), name, holder.pid(), "net");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"self_checker.multi", "file_offset", "unix_listening", "memfd_contents", "process_tree"})
    void mountsAreEnteredAgain(String name) throws Exception {
        try (RealProgram holder = holder("unshare --mount sh -c 'mount -t tmpfs none /opt && exec sleep 1000'")) {
            there(List.of("nsenter", "--mount=/proc/" + holder.pid() + "/ns/mnt"), name, holder.pid(), "mnt");
        }
    }

    @Test
    void aContainerIsEnteredAgain() throws Exception {
        List<String> container = List.of("python3", CONTAINER + "", scratch.resolve("root") + "", "proc");
        try (RunningGuest guest = RunningGuest.startAs(container, Guest.named("self_checker.static.multi"))) {
            int holder = Integer.parseInt(Files.readString(guest.scratch().resolve("holder")));
            try {
                there(guest, holder, "mnt");
            } finally {
                Tasks.kill(holder, Tasks.SIGKILL);
                Tasks.awaitEnd(holder, PATIENCE);
            }
        }
    }

    @Test
    void whereThereIsNoProcItNeedsItsOwn() throws Exception {
        List<String> container = List.of("python3", CONTAINER + "", scratch.resolve("root") + "", "none");
        try (RunningGuest guest = RunningGuest.startAs(container, Guest.named("pipe_unread_bytes.static"))) {
            int holder = Integer.parseInt(Files.readString(guest.scratch().resolve("holder")));
            long start = System.nanoTime();
            try {
                Path image = scratch.resolve("image");
                kill(guest, image);
                Tool.Outcome refused = Tool.run("restore", "-d", image + "").endsWith(1);
                assertThat(refused.err()).contains("another /proc than ours").contains("--pid-namespace");
                Path pidfile = scratch.resolve("pidfile");
                Tool.run("restore", "-d", "--pid-namespace", "--pidfile", pidfile + "", image + "")
                        .succeeds();
                int now = Integer.parseInt(Files.readString(pidfile).strip());
                guest.alsoIs(now);
                guest.passes(now, millisSince(start));
            } finally {
                Tasks.kill(holder, Tasks.SIGKILL);
                Tasks.awaitEnd(holder, PATIENCE);
            }
        }
    }

    /** As {@code ip netns exec} leaves a program: a network with a name, and mounts of its own that have another /sys. */
    @Test
    void mountsLikeOursButForSysAreMadeAnew() throws Exception {
        Path name = Files.createFile(scratch.resolve("blue"));
        try (RealProgram holder = holder("unshare --net sh -c 'ip link set lo up && exec sleep 1000'")) {
            holder.ask("mount --bind /proc/" + holder.pid() + "/ns/net " + name);
        }
        String sys = "umount -l /sys && mount -t sysfs sysfs /sys && exec \"$0\" \"$@\"";
        List<String> within = List.of("nsenter", "--net=" + name, "unshare", "--mount", "sh", "-c", sys);
        try (RunningGuest guest = RunningGuest.startAs(within, Guest.named("tcp_listening.4"))) {
            long start = System.nanoTime();
            String network = namespace(guest.pid(), "net");
            Path image = scratch.resolve("image");
            assertThat(Tool.run("explain", guest.pid() + "").succeeds().out())
                    .contains("it is in another network namespace (" + name + ")")
                    .contains("a restore makes one like it");
            Tool.run("checkpoint", "--prove", "-o", image + "", guest.pid() + "")
                    .succeeds();
            for (int generation = 0; generation < 2; generation++) {
                kill(guest, image);
                assertThat(Tool.run("show", image + "").succeeds().out())
                        .contains("in net namespace " + name)
                        .contains("which has another /sys");
                Tool.run("restore", "-d", image + "").succeeds();
                assertThat(namespace(guest.pid(), "net")).isEqualTo(network);
                assertThat(Path.of("/proc/" + guest.pid() + "/root/sys/class/net")
                                .toFile()
                                .list())
                        .containsExactly("lo");
            }
            guest.passes(guest.pid(), millisSince(start));
        } finally {
            Tool.run(new ProcessBuilder("umount", name + "")).succeeds();
        }
    }

    @Test
    void oneThatIsGoneIsMissedAndAnotherWillDo() throws Exception {
        Path image = scratch.resolve("image");
        try (RealProgram holder = holder("unshare --net sh -c 'ip link set lo up && exec sleep 1000'");
                RunningGuest guest =
                        RunningGuest.startAs(List.of("unshare", "--net"), Guest.named("self_checker.nanosleep"))) {
            long start = System.nanoTime();
            kill(guest, image);
            Tool.Outcome gone = Tool.run("restore", "-d", image + "").endsWith(1);
            assertThat(gone.err().lines()).hasSize(1);
            assertThat(gone.err())
                    .contains("net namespace of the program is gone")
                    .contains("--namespace net=FILE");
            Tool.Outcome none = Tool.run("restore", "-d", "--namespace", "net=/dev/null", image + "")
                    .endsWith(1);
            assertThat(none.err().lines()).hasSize(1);
            assertThat(none.err()).contains("which is no net namespace");
            Tool.run("restore", "-d", "--namespace", "pid=/proc/1/ns/pid", image + "")
                    .endsWith(2);
            String other = "/proc/" + holder.pid() + "/ns/net";
            Tool.run("restore", "-d", "--namespace", "net=" + other, image + "").succeeds();
            assertThat(namespace(guest.pid(), "net")).isEqualTo(namespace(holder.pid(), "net"));
            guest.passes(guest.pid(), millisSince(start));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "net, net namespace",
        "mnt, mnt namespace",
        "thread, 'it is not that of the other threads of its process'"
    })
    void severalAreRefused(String kind, String words) throws Exception {
        String line = switch (kind) {
            case "net" -> "unshare --net sleep 1000";
            case "mnt" -> "unshare --mount sh -c 'mount -t tmpfs none /opt && exec sleep 1000'";
            default ->
                "python3 -c \"import ctypes, threading, time; threading.Thread(target=lambda:"
                        + " (ctypes.CDLL(None).unshare(0x40000000), print('ready', flush=True), time.sleep(1000))).start()\"";
        };
        try (RealProgram several = RealProgram.start(scratch, "bash -c '" + line.replace("'", "'\\''") + " & wait'")) {
            RealProgram.await(
                    "the second",
                    () -> Tasks.family(several.pid()).size() >= 2
                            && (several.out().contains("ready")
                                    || Tasks.family(several.pid()).stream().anyMatch(NamespacesTest::isSleep)));
            Tool.Outcome refused = Tool.run("checkpoint", "-o", scratch.resolve("image") + "", several.pid() + "")
                    .endsWith(3);
            assertThat(refused.err()).contains(words);
        }
    }

    @Test
    void nothingOfAToolThatDiedStays() throws Exception {
        try (RealProgram holder = holder("unshare --net --mount sh -c 'mount -t tmpfs none /opt && exec sleep 1000'");
                RunningGuest guest = RunningGuest.startAs(
                        List.of("nsenter", "--net", "--mount", "--target", holder.pid() + ""),
                        Guest.named("self_checker.nanosleep"))) {
            long start = System.nanoTime();
            String before = Files.readString(Path.of("/proc/" + holder.pid() + "/mountinfo"));
            Path image = scratch.resolve("image");
            for (int step : Dying.steps(checkpoint(Dying.COUNTING, image, guest).succeeds(), SAMPLE)) {
                checkpoint(Dying.before(step), image, guest);
                LeftAlone.require(guest.pid(), true);
            }
            checkpoint(List.of(), image, guest).succeeds();
            assertThat(Files.readString(Path.of("/proc/" + holder.pid() + "/mountinfo")))
                    .isEqualTo(before);
            guest.passes(guest.pid(), millisSince(start));
        }
    }

    private static Tool.Outcome checkpoint(List<String> javaOptions, Path image, RunningGuest guest) throws Exception {
        return Dying.requireExpected(
                Tool.run(javaOptions, "checkpoint", "--sync=no", "-o", image + "", guest.pid() + ""));
    }

    private RealProgram holder(String line) throws IOException, InterruptedException {
        Path directory = Files.createDirectory(scratch.resolve("holder"));
        RealProgram holder = RealProgram.start(directory, line);
        RealProgram.await("its namespaces", () -> !isHere(holder.pid(), "net") || !isHere(holder.pid(), "mnt"));
        RealProgram.await("sleep", () -> Tasks.family(holder.pid()).stream().anyMatch(NamespacesTest::isSleep));
        return holder;
    }

    private static boolean isSleep(int pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).equals("sleep\n");
        } catch (IOException ended) {
            return false;
        }
    }

    private static boolean isHere(int pid, String kind) throws IOException {
        return namespace(pid, kind)
                .equals(namespace((int) ProcessHandle.current().pid(), kind));
    }

    private static String namespace(int pid, String kind) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + kind)).toString();
    }

    private void there(List<String> within, String name, int holder, String kind) throws Exception {
        try (RunningGuest guest = RunningGuest.startAs(within, Guest.named(name))) {
            there(guest, holder, kind);
        }
    }

    // Runs on, proved, killed and restored from a file and a stream; always in the holder's.
    private void there(RunningGuest guest, int holder, String kind) throws Exception {
        long start = System.nanoTime();
        Path image = scratch.resolve("image");
        Tool.run("checkpoint", "--sync=no", "-o", image + "", guest.pid() + "").succeeds();
        Tool.run("checkpoint", "--sync=no", "--prove", "-o", image + "", guest.pid() + "")
                .succeeds();
        kill(guest, image);
        Tool.run("restore", "-d", image + "").succeeds();
        assertThat(namespace(guest.pid(), kind)).isEqualTo(namespace(holder, kind));
        kill(guest, image);
        String restore = "'" + String.join("' '", Tool.command(List.of(), "restore", "-d")) + "'";
        Tool.run(new ProcessBuilder("bash", "-c", "cat " + image + " | " + restore))
                .succeeds();
        assertThat(namespace(guest.pid(), kind)).isEqualTo(namespace(holder, kind));
        guest.passes(guest.pid(), millisSince(start));
    }

    private static void kill(RunningGuest guest, Path image) throws IOException, InterruptedException {
        List<Integer> family = Tasks.family(guest.pid());
        Set<Integer> sessions = Tasks.sessions(family);
        Tool.run("checkpoint", "--sync=no", "--kill", "-o", image + "", guest.pid() + "")
                .succeeds();
        Tasks.awaitEnd(family, PATIENCE);
        Tasks.reap(sessions);
    }

    private static long millisSince(long start) {
        return (System.nanoTime() - start) / 1_000_000 + 1;
    }
}
