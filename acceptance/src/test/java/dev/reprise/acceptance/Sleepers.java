package dev.reprise.acceptance;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The guests that sleep for seconds: many at a time, beside all others, from the beginning of a run on. */
final class Sleepers implements AutoCloseable {
    private static final int AT_A_TIME = 8;

    private final ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
    private final Map<String, Future<?>> started = new ConcurrentHashMap<>();
    private final Run run;

    /** {@code run}: takes a guest on a way. */
    Sleepers(Run run) {
        this.run = run;
    }

    /** What a test does with a guest and a way. */
    @FunctionalInterface
    interface Run {
        void of(Guest guest, Way way) throws IOException, InterruptedException;
    }

    /** Whether a guest is one that sleeps for seconds. */
    static boolean isOne(Guest guest) {
        return guest.name().startsWith("blocked");
    }

    /** Sends one on its way, for the {@code round}th time. */
    void startIfOne(Guest guest, Way way, int round) {
        if (isOne(guest)) {
            Future<?> outcome = threads.submit(() -> {
                run.of(guest, way);
                return null;
            });
            started.put(key(guest, way, round), outcome);
        }
    }

    /** Waits for its end; what went wrong with it is thrown. */
    void await(Guest guest, Way way, int round) throws IOException, InterruptedException {
        try {
            started.get(key(guest, way, round)).get();
        } catch (ExecutionException wrong) {
            switch (wrong.getCause()) {
                case Error error -> throw error;
                case RuntimeException exception -> throw exception;
                case IOException exception -> throw exception;
                default -> throw new AssertionError(wrong.getCause());
            }
        }
    }

    private static String key(Guest guest, Way way, int round) {
        return guest + " " + way + " " + round;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
