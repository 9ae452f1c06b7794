package dev.reprise.image.stream;

import java.util.Arrays;
import java.util.List;

/** Whose signature an image must have. */
public final class Signers {
    /** Anybody's, or none. */
    public static final Signers ANY = new Signers(List.of());

    private final List<byte[]> keys;

    private Signers(List<byte[]> keys) {
        this.keys = List.copyOf(keys);
    }

    /** One of these public keys, 32 bytes each; with none of them {@link #ANY}. */
    public static Signers of(List<byte[]> keys) {
        return new Signers(keys);
    }

    boolean areAny() {
        return keys.isEmpty();
    }

    boolean include(byte[] key) {
        return keys.stream().anyMatch(each -> Arrays.equals(each, key));
    }

    /** Who has signed an image, by the fingerprint of the key; whether that was checked. */
    public record Signed(String fingerprint, boolean isVerified) {}
}
