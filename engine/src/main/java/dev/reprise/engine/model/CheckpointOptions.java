package dev.reprise.engine.model;

/**
 * How to take a checkpoint.
 *
 * @param after what becomes of the original
 * @param sync whether an image file is on the disk (fsync) before it gets its name
 */
public record CheckpointOptions(After after, boolean sync) {
    /** The program runs on, the image is safe on the disk. */
    public static final CheckpointOptions DEFAULT = new CheckpointOptions(After.RUN_ON, true);

    /** The same with another fate of the original. */
    public CheckpointOptions with(After after) {
        return new CheckpointOptions(after, sync);
    }

    /** The same, without waiting for the disk. */
    public CheckpointOptions withoutSync() {
        return new CheckpointOptions(after, false);
    }
}
