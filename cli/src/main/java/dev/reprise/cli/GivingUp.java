package dev.reprise.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Ctrl-C or SIGTERM while something is under way: it is asked to undo everything, and the process ends (with 130 or
 * 143, the JVM's own answer to the signal) only after that is done.
 */
final class GivingUp implements AutoCloseable {
    private final AtomicBoolean asked = new AtomicBoolean();
    private final AtomicReference<Runnable> unblocking = new AtomicReference<>(() -> {});
    private final CountDownLatch undone = new CountDownLatch(1);
    private final Thread hook = new Thread(this::giveUp, "giving-up");

    GivingUp() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    boolean isAsked() {
        return asked.get();
    }

    /** What ends a wait for somebody else, such as the reader of a pipe; called from another thread. */
    void whenAsked(Runnable unblock) {
        unblocking.set(unblock);
        if (asked.get()) {
            unblock.run();
        }
    }

    private void giveUp() {
        asked.set(true);
        unblocking.get().run();
        boolean interrupted = true;
        while (interrupted) {
            try {
                undone.await();
                interrupted = false;
            } catch (InterruptedException again) {
                // Only the end of the work ends this wait.
            }
        }
    }

    @Override
    public void close() {
        undone.countDown();
        if (!asked.get()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException alreadyEnding) {
                // The hook runs and finds nothing to wait for.
            }
        }
    }
}
