package dev.reprise.image.store;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What a page is known by: the first 16 bytes of the SHA-256 of its contents. Two words instead of an object each, since there
 * are as many as pages.
 */
final class PageKey {
    /** The length in bytes, where it is stored. */
    static final int BYTES = 16;

    private final MessageDigest digest;
    private final byte[] hash = new byte[32];
    private final ByteBuffer words = ByteBuffer.wrap(hash);

    PageKey() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /** Computes that of a page, whose bytes remain in {@code page} and stay there. */
    void of(ByteBuffer page) {
        digest.update(page.duplicate());
        try {
            digest.digest(hash, 0, hash.length);
        } catch (java.security.DigestException e) {
            throw new IllegalStateException(e); // there is room
        }
    }

    /** The first word of what was computed last. */
    long high() {
        return words.getLong(0);
    }

    /** The second one. */
    long low() {
        return words.getLong(Long.BYTES);
    }
}
