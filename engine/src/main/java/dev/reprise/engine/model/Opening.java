package dev.reprise.engine.model;

import java.util.List;

/**
 * What it takes to read an image.
 *
 * @param identities {@code AGE-SECRET-KEY-1...}, each of which may open an encrypted one
 * @param passphrases each of which may, too
 */
public record Opening(List<Secret> identities, List<Secret> passphrases) {
    /** What anybody has. */
    public static final Opening NONE = new Opening(List.of(), List.of());

    public Opening {
        identities = List.copyOf(identities);
        passphrases = List.copyOf(passphrases);
    }
}
