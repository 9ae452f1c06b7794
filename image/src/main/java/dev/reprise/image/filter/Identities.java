package dev.reprise.image.filter;

import dev.reprise.image.BadImageException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;

/** What age files can be opened with. */
public final class Identities {
    /** Nothing. */
    public static final Identities NONE = new Identities(List.of(), List.of());

    private final List<byte[]> keys;
    private final List<byte[]> passphrases;

    private Identities(List<byte[]> keys, List<byte[]> passphrases) {
        this.keys = List.copyOf(keys);
        this.passphrases = List.copyOf(passphrases);
    }

    /**
     * Secret keys, {@code AGE-SECRET-KEY-1...}, and passphrases.
     *
     * @throws IllegalArgumentException one is no such key; the message has nothing of it
     */
    public static Identities of(List<String> keys, List<byte[]> passphrases) {
        return new Identities(keys.stream().map(AgeX25519::identity).toList(), passphrases);
    }

    /** The key of a file with this header. */
    byte[] fileKey(AgeHeader header, long position) throws IOException {
        try {
            Optional<byte[]> found = search(header.stanzas());
            byte[] fileKey = found.orElseThrow(() -> locked(header.stanzas()));
            if (!header.isOf(fileKey)) {
                throw new BadImageException.Corrupt("its age header has been changed", position);
            }
            return fileKey;
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            throw Expanding.corrupt("age", position, null);
        }
    }

    private Optional<byte[]> search(List<AgeStanza> stanzas) throws GeneralSecurityException, IOException {
        if (isByPassphrase(stanzas) && stanzas.size() != 1) {
            throw new IllegalArgumentException("other ways beside a passphrase");
        }
        for (AgeStanza stanza : stanzas) {
            boolean isForKey = stanza.type().equals(AgeX25519.TYPE);
            boolean isForPassphrase = stanza.type().equals(AgeScrypt.TYPE);
            for (byte[] secret : isForKey ? keys : isForPassphrase ? passphrases : List.<byte[]>of()) {
                Optional<byte[]> fileKey =
                        isForKey ? AgeX25519.unwrap(stanza, secret) : AgeScrypt.unwrap(stanza, secret);
                if (fileKey.isPresent()) {
                    return fileKey;
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isByPassphrase(List<AgeStanza> stanzas) {
        return stanzas.stream().anyMatch(stanza -> stanza.type().equals(AgeScrypt.TYPE));
    }

    private BadImageException.Locked locked(List<AgeStanza> stanzas) {
        if (isByPassphrase(stanzas)) {
            return passphrases.isEmpty()
                    ? new BadImageException.Locked(
                            "it is encrypted with a passphrase", "--identity passphrase asks for it")
                    : new BadImageException.Locked("the passphrase is wrong", "try another one");
        }
        return keys.isEmpty()
                ? new BadImageException.Locked(
                        "it is encrypted", "--identity FILE opens it, with a key of its readers'")
                : new BadImageException.Locked(
                        "it is encrypted, and no identity that was given is among its readers'", "try other ones");
    }
}
