package dev.reprise.acceptance;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Keeps births in this JVM apart from checkpoints in it: until it executes its program, a child has copies of all our
 * descriptors, and with them of those that a checkpoint looks at, whose ports and pipes so outlive the program.
 */
final class Births {
    private static final ReentrantReadWriteLock LOCK = new ReentrantReadWriteLock(true);

    private Births() {}

    /** What is done meanwhile has other descriptors than its own to look at. */
    static Held checkpoint() {
        LOCK.readLock().lock();
        return LOCK.readLock()::unlock;
    }

    /** What is done meanwhile bears processes. */
    static Held birth() {
        LOCK.writeLock().lock();
        return LOCK.writeLock()::unlock;
    }

    /** Starts a program. */
    static Process start(ProcessBuilder builder) throws IOException {
        try (Held _ = birth()) {
            return builder.start();
        }
    }

    /** The right to go on, until it is closed. */
    @FunctionalInterface
    interface Held extends AutoCloseable {
        @Override
        void close();
    }
}
