package dev.reprise.image.stream;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.zip.CRC32C;

/** What has to be computed of one piece of data, by whoever has them, at any time after they were read: the reader waits for it at the end. */
public final class PieceDigest {
    private final boolean isHashed;
    private int checksum;
    private byte[] hash = {};
    private boolean isDone;

    PieceDigest(boolean isHashed) {
        this.isHashed = isHashed;
    }

    /** Computes it of the bytes that were read, which are consumed; on any thread, once. */
    public void of(ByteBuffer bytes) {
        byte[] hashed = {};
        if (isHashed) {
            MessageDigest digest = Transcript.sha512();
            digest.update(bytes.duplicate());
            hashed = digest.digest();
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        synchronized (this) {
            checksum = (int) crc.getValue();
            hash = hashed;
            isDone = true;
            notifyAll();
        }
    }

    synchronized boolean isDone() {
        return isDone;
    }

    /** Waits until it is computed, interrupted or not: it is a matter of milliseconds. */
    synchronized void await() {
        boolean isInterrupted = false;
        while (!isDone) {
            try {
                wait();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized int checksum() {
        return checksum;
    }

    synchronized byte[] hash() {
        return hash.clone();
    }
}
