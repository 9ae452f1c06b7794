package dev.reprise.acceptance;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * {@code checkpoint --kill | ... | restore} of a guest that is our child, as all of its own become when it ends: their ids are free only when
 * they are reaped.
 */
final class Pipeline {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Pipeline() {}

    /** Runs a shell's pipeline, any part of which must succeed, that kills a guest on its way. */
    static void run(RunningGuest guest, String script) throws IOException, InterruptedException {
        List<Integer> family = Tasks.family(guest.pid());
        Thread reaper = Thread.ofPlatform().start(() -> {
            try {
                Tasks.awaitEnd(family, PATIENCE);
            } catch (InterruptedException done) {
                Thread.currentThread().interrupt();
            }
        });
        Tool.run(new ProcessBuilder("bash", "-c", "set -o pipefail; " + script)).succeeds();
        reaper.interrupt();
        reaper.join();
    }
}
