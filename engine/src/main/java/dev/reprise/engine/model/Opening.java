package dev.reprise.engine.model;

import dev.reprise.image.state.Bytes;
import java.util.List;

/**
 * What it takes to read an image.
 *
 * @param identities {@code AGE-SECRET-KEY-1...}, each of which may open an encrypted one
 * @param passphrases each of which may, too
 * @param signers Ed25519 public keys, 32 bytes each, the owner of one of which must have signed it; none: anybody, or nobody
 * @param lanes how many threads work on its stream at once, 1 to {@link Lanes#MOST}
 */
public record Opening(List<Secret> identities, List<Secret> passphrases, List<Bytes> signers, int lanes) {
    /** What anybody has. */
    public static final Opening NONE = new Opening(List.of(), List.of(), List.of());

    /** By as many threads as there are processors. */
    public Opening(List<Secret> identities, List<Secret> passphrases, List<Bytes> signers) {
        this(identities, passphrases, signers, Lanes.byCores());
    }

    public Opening {
        Lanes.require(lanes);
        identities = List.copyOf(identities);
        passphrases = List.copyOf(passphrases);
        signers = List.copyOf(signers);
    }

    /** The same by so many threads. */
    public Opening by(int lanes) {
        return new Opening(identities, passphrases, signers, lanes);
    }

    /** Whether a signature is wanted. */
    public boolean mustBeSigned() {
        return !signers.isEmpty();
    }
}
