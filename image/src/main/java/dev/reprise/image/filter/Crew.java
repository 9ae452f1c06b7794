package dev.reprise.image.filter;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads that work on pieces of one stream at once; whoever gives them out gets them back in their order. That is one
 * thread, which also does all input and output. All threads are started at once: a restore counts on no later ones.
 */
final class Crew implements AutoCloseable {
    private final LinkedBlockingQueue<Slot> open = new LinkedBlockingQueue<>();
    private final Deque<Slot> free = new ArrayDeque<>();
    private final Deque<Slot> given = new ArrayDeque<>();
    private final List<Thread> threads = new ArrayList<>();

    /** Does the work on a slot; not for several threads at once. */
    interface Work {
        void on(Slot slot) throws IOException;
    }

    /** So many threads, each with work of its own. */
    Crew(String name, int count, Supplier<Work> works) {
        for (int i = 0; i < count; i++) {
            Work work = works.get();
            threads.add(Thread.ofPlatform().name(name).daemon().start(() -> run(work)));
        }
        for (int i = 0; i < count + 2; i++) {
            free.add(new Slot());
        }
    }

    /** An empty slot, or null when all are given out. */
    @Nullable
    Slot free() {
        Slot slot = free.peek();
        if (slot != null) {
            slot.clear();
        }
        return slot;
    }

    /** Gives out the slot that was {@link #free} last. */
    void give() {
        Slot slot = free.remove();
        given.add(slot);
        open.add(slot);
    }

    /** How many are given out. */
    int given() {
        return given.size();
    }

    /** The one that was given out first, when it is done; null when none is given out. */
    @Nullable
    Slot first() throws IOException {
        Slot slot = given.peek();
        if (slot != null) {
            slot.await();
        }
        return slot;
    }

    /** The first one is not needed any more. */
    void release() {
        free.push(given.remove()); // its buffers are there already
    }

    private void run(Work work) {
        try {
            while (true) {
                Slot slot = open.take();
                slot.done(failure(work, slot));
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private static @Nullable IOException failure(Work work, Slot slot) {
        try {
            work.on(slot);
            return null;
        } catch (IOException failed) {
            return failed;
        } catch (RuntimeException | Error failed) {
            // Whoever waits for the slot has to hear of it.
            return new IOException(failed.toString(), failed);
        }
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
        threads.clear();
    }
}
