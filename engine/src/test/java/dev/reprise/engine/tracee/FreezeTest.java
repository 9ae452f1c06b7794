package dev.reprise.engine.tracee;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that do not stand still on their own account. */
class FreezeTest {
    private static final int ROUNDS = Integer.getInteger("reprise.rounds", 300);

    @TempDir
    Path scratch;

    /** The stop at the end of an exec takes the interruption with it that has come meanwhile. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whoExecutesAllTheTimeIsStopped() throws Exception {
        Path script = Files.writeString(scratch.resolve("again"), "exec /bin/sh \"$0\"");
        try (Victim victim = new Victim("/bin/sh " + script)) {
            for (int i = 0; i < ROUNDS; i++) {
                Tracer.run(tracer -> {
                    Freeze freeze = new Freeze(tracer, victim.pid);
                    freeze.freeze();
                    freeze.thaw();
                    return null;
                });
            }
            assertThat(victim.isAlive()).isTrue();
        }
    }
}
