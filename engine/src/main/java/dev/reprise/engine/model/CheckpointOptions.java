package dev.reprise.engine.model;

import java.util.Optional;

/**
 * How to take a checkpoint.
 *
 * @param after what becomes of the original
 * @param sync whether an image file is on the disk (fsync) before it gets its name
 * @param copyOnWrite whether the memory of a program that runs on is written while it does so
 * @param bounds what it may cost a program that runs on
 * @param links what becomes of open files that lead out of what is saved
 * @param filters what the image's stream goes through; of no matter for executables
 * @param signer the Ed25519 private key (PKCS #8) that signs the image; of no matter for executables
 * @param proved whether the image must have been restored, apart from everything and stopped, before it gets its name; of
 *     no matter for channels and executables
 */
public record CheckpointOptions(
        After after,
        boolean sync,
        CopyOnWrite copyOnWrite,
        Bounds bounds,
        OutsideLinks links,
        Filters filters,
        Optional<Secret> signer,
        boolean proved) {
    /** The program runs on as soon as it can, the image is safe on the disk. */
    public static final CheckpointOptions DEFAULT = new CheckpointOptions(
            After.RUN_ON,
            true,
            CopyOnWrite.WHERE_WORTH,
            Bounds.NONE,
            OutsideLinks.NONE,
            Filters.NONE,
            Optional.empty(),
            false);

    /** The same with another fate of the original. */
    public CheckpointOptions with(After after) {
        return new CheckpointOptions(after, sync, copyOnWrite, bounds, links, filters, signer, proved);
    }

    /** The same with another way of writing memory. */
    public CheckpointOptions with(CopyOnWrite copyOnWrite) {
        return new CheckpointOptions(after, sync, copyOnWrite, bounds, links, filters, signer, proved);
    }

    /** The same within bounds. */
    public CheckpointOptions with(Bounds bounds) {
        return new CheckpointOptions(after, sync, copyOnWrite, bounds, links, filters, signer, proved);
    }

    /** The same with another fate of TCP connections to the outside. */
    public CheckpointOptions with(OutsideTcp tcp) {
        return with(links.with(tcp));
    }

    /** The same with another fate of what leads outside. */
    public CheckpointOptions with(OutsideLinks links) {
        return new CheckpointOptions(after, sync, copyOnWrite, bounds, links, filters, signer, proved);
    }

    /** The same through filters. */
    public CheckpointOptions with(Filters filters) {
        return new CheckpointOptions(after, sync, copyOnWrite, bounds, links, filters, signer, proved);
    }

    /** The same, without waiting for the disk. */
    public CheckpointOptions withoutSync() {
        return new CheckpointOptions(after, false, copyOnWrite, bounds, links, filters, signer, proved);
    }

    /** The same, signed with an Ed25519 private key. */
    public CheckpointOptions signedBy(Secret signer) {
        return new CheckpointOptions(after, sync, copyOnWrite, bounds, links, filters, Optional.of(signer), proved);
    }

    /** The same, proved to restore. */
    public CheckpointOptions withProof() {
        return new CheckpointOptions(after, sync, copyOnWrite, bounds, links, filters, signer, true);
    }
}
