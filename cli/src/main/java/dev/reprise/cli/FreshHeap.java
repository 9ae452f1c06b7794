package dev.reprise.cli;

import dev.reprise.engine.SelfImage;
import java.lang.ref.WeakReference;

/**
 * Leaves the young generation of a JVM with the Serial collector empty, and without memory: what starts from a checkpoint
 * of it meets no collection, and no pages of what was garbage, which are dearer than new ones.
 *
 * <p>A full collection (System.gc) empties it as well, but arms a barrier in all compiled code.
 */
final class FreshHeap {
    // Of an eden of 16 MiB (tools/launch.bash): all but what threads have taken for themselves.
    private static final int MOST = 12 << 20;
    private static final int LITTLE = 16 << 10;

    @SuppressWarnings("unused")
    private volatile byte[] latest = {};

    /** Makes it so; what runs afterwards begins to use it again. */
    void make() {
        collectYoung();
        byte[] most = new byte[MOST];
        SelfImage.giveBack(most);
        latest = most;
        latest = new byte[0];
        collectYoung();
        // Eden begins with a little that is in use; so behind the first huge page.
        for (int passed = 0; passed < SelfImage.HUGE_PAGE; passed += LITTLE) {
            latest = new byte[LITTLE];
        }
    }

    // Whoever fills it is given a collection.
    private void collectYoung() {
        WeakReference<Object> witness = new WeakReference<>(new Object());
        while (witness.get() != null) {
            latest = new byte[LITTLE];
        }
    }
}
