package dev.reprise.engine.model;

import dev.reprise.image.state.Bytes;
import java.util.List;

/**
 * What it takes to read an image.
 *
 * @param identities {@code AGE-SECRET-KEY-1...}, each of which may open an encrypted one
 * @param passphrases each of which may, too
 * @param signers Ed25519 public keys, 32 bytes each, the owner of one of which must have signed it; none: anybody, or nobody
 */
public record Opening(List<Secret> identities, List<Secret> passphrases, List<Bytes> signers) {
    /** What anybody has. */
    public static final Opening NONE = new Opening(List.of(), List.of(), List.of());

    public Opening {
        identities = List.copyOf(identities);
        passphrases = List.copyOf(passphrases);
        signers = List.copyOf(signers);
    }

    /** Whether a signature is wanted. */
    public boolean mustBeSigned() {
        return !signers.isEmpty();
    }
}
