package dev.reprise.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The guest whose mark is on a mount that others have, too: one way after the other. */
class FanotifyMountTest {
    @ParameterizedTest
    @EnumSource(Way.class)
    void aMarkOnAMount(Way way) throws IOException, InterruptedException {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
        try (RunningGuest guest = RunningGuest.start(Guest.named("fanotify_mount"))) {
            Journey.travel(way, guest);
        }
    }
}
