package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.model.After;
import java.nio.file.Files;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be saved is refused by name, and the program goes on as if nothing had happened. */
class RefusedTest {
    @ParameterizedTest
    @CsvSource({
        "io_uring, 1 request is in flight",
        "io_uring_polled, it was set up with IORING_SETUP_SQPOLL",
        "userfaultfd, page faults wait for it",
        "perf_event, perf_event",
        "bpf_map, bpf-map",
        "landlock, landlock-ruleset",
        "seccomp_listener, seccomp",
        "kvm, kvm-vm",
        "fanotify, unread fanotify events",
        "fanotify_permission, fanotify permission group",
        "file_system_context, fscontext",
        "mount_tree, file of a detached mount",
        "secret_memory, memfd_secret",
        "block_device, block device",
        "tun, character device",
        "fuse, character device",
        "aio, 1 request is in flight",
        "write_xor_execute, write-xor-execute",
        "deadly_filter, it forbids shmat",
        "pidfd_of_parent, pidfd of another process",
        "proc_of_parent, file of /proc of another process",
        "proc_on_its_way, file of /proc on its way",
        "namespace_of_another, namespace file"
    })
    void isRefusedByName(String kind, String words) throws Exception {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
        try (RunningGuest guest = RunningGuest.start(Guest.named("refused." + kind))) {
            var image = guest.scratch().resolve("image");
            assertThatThrownBy(() -> Library.checkpoint(guest.pid(), image, After.KILL))
                    .hasMessageContaining(words);
            assertThat(Files.exists(image)).isFalse();
            guest.passes(guest.pid(), 0);
        }
    }
}
