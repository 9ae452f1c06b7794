package dev.reprise.engine;

import dev.reprise.engine.capture.CannotCapture;
import dev.reprise.engine.model.Refusal;
import java.util.List;

/**
 * Waits for what goes by itself: a program that was about to read its inotify events must run for a moment to do so.
 *
 * <p>The pauses grow, so that a program under load gets its time; in the end the refusal stands.
 */
final class Patience {
    private static final long LIMIT_NANOS = 2_000_000_000;
    private static final int LONGEST_PAUSE_MS = 50;

    private static final int ATTEMPTS = 50;

    private final long start = System.nanoTime();
    private int pause = 1;
    private int attempts;

    private Patience() {}

    /** Asks what is in the way. */
    interface Look {
        List<Refusal> refusals() throws Exception;
    }

    /** Takes a checkpoint. */
    interface Take<T> {
        T take() throws Exception;
    }

    /** What is in the way and stays there. */
    static List<Refusal> untilNothingPasses(Look look) throws Exception {
        Patience patience = new Patience();
        while (true) {
            List<Refusal> refusals = look.refusals();
            if (refusals.isEmpty() || !Refusal.allPass(refusals) || patience.isOver()) {
                return refusals;
            }
            patience.pause();
        }
    }

    /** A checkpoint that was refused only for what passes is taken again. */
    static <T> T untilTaken(Take<T> take) throws Exception {
        Patience patience = new Patience();
        while (true) {
            try {
                return take.take();
            } catch (CannotCapture refused) {
                if (!Refusal.allPass(refused.refusals()) || patience.isOver()) {
                    throw refused;
                }
            }
            patience.pause();
        }
    }

    // On a machine under load two seconds are few attempts.
    private boolean isOver() {
        return attempts >= ATTEMPTS && System.nanoTime() - start > LIMIT_NANOS;
    }

    private void pause() throws InterruptedException {
        Thread.sleep(pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
        attempts++;
    }
}
