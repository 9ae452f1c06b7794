package dev.reprise.engine.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.reprise.engine.model.Progress;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a pause that has become too long was spent on. */
class PauseWatchTest {
    private long now = 1000;

    private final PauseWatch watch = new PauseWatch(TimeUnit.MILLISECONDS.toNanos(20), Progress.NONE, () -> now);

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void isToldPhaseByPhase() throws IOException {
        watch.begin("freeze");
        pass(5);
        watch.next("state");
        pass(3);
        watch.next("memory");
        pass(12);
        watch.wrote(1);
        pass(1);
        assertThat(catchThrowableOfType(BoundException.class, () -> watch.wrote(1)))
                .hasMessageContaining("more than 20.0 ms (so far, in ms: freeze 5.0, state 3.0, memory 13.0)");
    }

    @Test
    void endsAtThePhaseThatGoesBeyondIt() {
        watch.begin("freeze");
        pass(21);
        assertThat(catchThrowableOfType(BoundException.class, () -> watch.next("state")))
                .hasMessageContaining("freeze 21.0");
    }
}
