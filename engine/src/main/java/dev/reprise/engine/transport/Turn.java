package dev.reprise.engine.transport;

import dev.reprise.kernel.Flock;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Whoever gives or takes names in a directory of images in memory does it alone there. Nobody has it for long: memory is neither written nor given back
 * meanwhile.
 */
final class Turn implements AutoCloseable {
    /** How long one waits for the others: each takes milliseconds, unless it has been stopped. */
    private static final long PATIENCE_SECONDS = 5;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final Flock lock;

    private Turn(Flock lock) {
        this.lock = lock;
    }

    /** Waits for it for some seconds. */
    static Turn take(Path directory) throws IOException {
        Turn turn = takeWithin(directory, TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS));
        if (turn == null) {
            throw new IOException("another command has been at work in " + directory + " for " + PATIENCE_SECONDS
                    + " seconds (stopped?); try again when it has ended");
        }
        return turn;
    }

    /** Waits for it at most so long; null where it is another's all the time. */
    static @Nullable Turn takeWithin(Path directory, long nanos) throws IOException {
        long end = System.nanoTime() + nanos;
        try {
            Flock lock = Flock.take(Native.chars(directory));
            while (lock == null && System.nanoTime() < end) {
                LockSupport.parkNanos(PAUSE_NANOS);
                lock = Flock.take(Native.chars(directory));
            }
            return lock == null ? null : new Turn(lock);
        } catch (KernelException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    @Override
    public void close() {
        lock.close();
    }
}
