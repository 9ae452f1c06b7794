package dev.reprise.image.filter;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/** To whom an age file is encrypted: to those who have one of some keys, or who know a passphrase. */
public final class Recipients {
    private final List<Wrapping> wrappings;

    private Recipients(List<Wrapping> wrappings) {
        this.wrappings = List.copyOf(wrappings);
    }

    /** Makes one stanza. */
    private interface Wrapping {
        AgeStanza of(byte[] fileKey, Randomness random) throws GeneralSecurityException, IOException;
    }

    /**
     * Those who have the other half of one of these keys, {@code age1...}.
     *
     * @throws IllegalArgumentException one is no such key; the message says what it is instead
     */
    public static Recipients ofKeys(List<String> keys) {
        List<Wrapping> wrappings = new ArrayList<>();
        for (String text : keys) {
            byte[] key = AgeX25519.recipient(text);
            wrappings.add((fileKey, random) -> AgeX25519.wrap(key, fileKey, random.bytes(X25519.BYTES)));
        }
        if (wrappings.isEmpty()) {
            throw new IllegalArgumentException("no recipients");
        }
        return new Recipients(wrappings);
    }

    /** Those who know a passphrase, which is not empty. */
    public static Recipients ofPassphrase(byte[] passphrase) {
        byte[] own = passphrase.clone();
        return new Recipients(List.of((fileKey, random) -> AgeScrypt.wrap(own, fileKey, random.bytes(AgeScrypt.SALT))));
    }

    List<AgeStanza> wrap(byte[] fileKey, Randomness random) throws GeneralSecurityException, IOException {
        List<AgeStanza> stanzas = new ArrayList<>();
        for (Wrapping wrapping : wrappings) {
            stanzas.add(wrapping.of(fileKey, random));
        }
        return stanzas;
    }
}
