package dev.reprise.acceptance;

import java.io.IOException;
import java.time.Duration;

/** {@code checkpoint --kill | ... | restore} of a guest that is our child: its id is free only when it is reaped. */
final class Pipeline {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Pipeline() {}

    /** Runs a shell's pipeline, any part of which must succeed, that kills a guest on its way. */
    static void run(RunningGuest guest, String script) throws IOException, InterruptedException {
        Thread reaper = Thread.ofPlatform().start(() -> {
            try {
                Tasks.awaitEnd(guest.pid(), PATIENCE);
            } catch (InterruptedException done) {
                Thread.currentThread().interrupt();
            }
        });
        Tool.run(new ProcessBuilder("bash", "-c", "set -o pipefail; " + script)).succeeds();
        reaper.interrupt();
        reaper.join();
    }
}
