package dev.reprise.engine.capture;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The inodes on which anybody has a lock, as /proc/locks tells; in a pid namespace it keeps those of the dead to itself: there any may be.
 *
 * <p>Who reads that file waits until all processors have passed through the scheduler (percpu_down_write): 10 ms on a busy machine. So it is read
 * beside all else, and only where somebody asks.
 */
final class LockedInodes {
    private static final String INITIAL_NAMESPACE = "pid:[4026531836]";

    private final FutureTask<Optional<Set<Long>>> reading = new FutureTask<>(LockedInodes::read);

    /** Begins to read, on a thread of its own: what there is when somebody asks is from this moment on. */
    void begin() {
        Thread.ofPlatform().daemon().name("locks").start(reading);
    }

    private static Optional<Set<Long>> read() {
        try {
            boolean initial = Proc.link("/proc/self/ns/pid").equals(INITIAL_NAMESPACE);
            return initial ? Optional.of(parse(Proc.text("/proc/locks"))) : Optional.empty();
        } catch (KernelException hidden) {
            return Optional.empty();
        }
    }

    // 1: POSIX  ADVISORY  WRITE 6617 fe:00:2179171 20 29
    private static Set<Long> parse(String text) {
        Set<Long> inodes = new HashSet<>();
        StringTokenizer words = new StringTokenizer(text);
        while (words.hasMoreTokens()) {
            String word = words.nextToken();
            int colon = word.indexOf(':');
            int last = word.lastIndexOf(':');
            if (colon > 0 && last > colon) {
                inodes.add(Long.parseLong(word.substring(last + 1)));
            }
        }
        return inodes;
    }

    /** Whether there may be one on a file with this inode; waits until that is known. */
    boolean mayHave(long inode) {
        reading.run(); // unless it has begun
        Optional<Set<Long>> inodes = known();
        return inodes.isEmpty() || inodes.get().contains(inode);
    }

    private Optional<Set<Long>> known() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return reading.get();
                } catch (InterruptedException again) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException failed) {
            throw new IllegalStateException(failed.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
