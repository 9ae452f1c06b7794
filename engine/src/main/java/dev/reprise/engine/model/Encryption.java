package dev.reprise.engine.model;

import java.util.List;

/** Who can read an image: everybody, or, encrypted by age's format, some. */
public sealed interface Encryption {
    /** Everybody. */
    Encryption NONE = new None();

    /** Everybody who has the file. */
    record None() implements Encryption {}

    /**
     * Those who have the secret half of one of these keys.
     *
     * @param keys {@code age1...}, as age-keygen prints them
     */
    record ToKeys(List<String> keys) implements Encryption {
        public ToKeys {
            keys = List.copyOf(keys);
        }
    }

    /** Those who know it. */
    record WithPassphrase(Secret passphrase) implements Encryption {}
}
