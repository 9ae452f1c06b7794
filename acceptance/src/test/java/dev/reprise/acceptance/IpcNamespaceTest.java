package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.model.After;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** IPC namespaces of a program's own: what is in the way of saving them, and a tool that dies in the middle. */
class IpcNamespaceTest {
    private static final int SAMPLE = Integer.getInteger("reprise.deaths", 12);

    @BeforeEach
    void needsRoot() {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
    }

    @ParameterizedTest
    @CsvSource({
        "next_id, kernel.shm_next_id is set",
        "forced, kernel.shm_rmid_forced",
        "notified, notification of a message queue",
        "long_message, it is longer than kernel.msgmax",
        "full, kernel.shmmni is too low",
        "entered, which is not its parent's nor one that it alone has made",
        "outsider, 'is in it, too'",
        "thread, it is not that of the other threads of its process",
        "attached_before, it was attached in another ipc namespace",
        "attached_beside, System V shared memory",
        "queue_of_parent, message queue of another ipc namespace"
    })
    void isRefusedByName(String kind, String words) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("ipc_refused." + kind))) {
            var image = guest.scratch().resolve("image");
            assertThatThrownBy(() -> Library.checkpoint(guest.pid(), image, After.KILL))
                    .hasMessageContaining(words);
            assertThat(Files.exists(image)).isFalse();
            guest.passes(guest.pid(), 0);
        }
    }

    /** From a virtual thread, whose carrier must not be left in another namespace. */
    @Test
    void aVirtualThreadMayLook() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("ipc_refused.next_id"))) {
            var image = guest.scratch().resolve("image");
            Thread looking = Thread.ofVirtual()
                    .start(() -> assertThatThrownBy(() -> Library.checkpoint(guest.pid(), image, After.KILL))
                            .hasMessageContaining("kernel.shm_next_id is set"));
            looking.join();
            guest.passes(guest.pid(), 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ipc_namespace_objects", "ipc_namespaces"})
    void nothingOfAToolThatDiedStays(String name) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named(name))) {
            long start = System.nanoTime();
            Path image = guest.scratch().resolve("image");
            String before = segments(guest.pid());
            for (int step : Dying.steps(checkpoint(Dying.COUNTING, image, guest).succeeds(), SAMPLE)) {
                checkpoint(Dying.before(step), image, guest);
            }
            checkpoint(List.of(), image, guest).succeeds();
            assertThat(segments(guest.pid())).isEqualTo(before);
            guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    private static Tool.Outcome checkpoint(List<String> javaOptions, Path image, RunningGuest guest) throws Exception {
        return Dying.requireExpected(
                Tool.run(javaOptions, "checkpoint", "--sync=no", "-o", image + "", guest.pid() + ""));
    }

    // Key, id, permissions and size of each.
    private static String segments(int pid) throws Exception {
        String script = "nsenter --target " + pid + " --ipc awk '{print $1, $2, $3, $4}' /proc/sysvipc/shm";
        return Tool.run(new ProcessBuilder("bash", "-c", script)).succeeds().out();
    }
}
