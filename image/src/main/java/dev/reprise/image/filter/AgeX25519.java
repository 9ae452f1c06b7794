package dev.reprise.image.filter;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;

/** The stanza for whoever has an X25519 key, {@code age1...} and {@code AGE-SECRET-KEY-1...}. */
final class AgeX25519 {
    static final String TYPE = "X25519";
    private static final String PURPOSE = "age-encryption.org/v1/X25519";
    private static final String RECIPIENT = "age";
    private static final String IDENTITY = "age-secret-key-";

    private AgeX25519() {}

    /** Reads {@code age1...}. */
    static byte[] recipient(String text) {
        Bech32 key = Bech32.decode(text);
        if (key.kind().startsWith(RECIPIENT) && !key.kind().equals(RECIPIENT)) {
            throw new IllegalArgumentException("it belongs to an age plugin, which has to encrypt itself");
        }
        return requireKey(key, RECIPIENT);
    }

    /** Reads {@code AGE-SECRET-KEY-1...}. */
    static byte[] identity(String text) {
        return requireKey(Bech32.decode(text), IDENTITY);
    }

    private static byte[] requireKey(Bech32 key, String kind) {
        if (!key.kind().equals(kind) || key.bytes().length != X25519.BYTES) {
            throw new IllegalArgumentException("it is a key of another kind");
        }
        return key.bytes();
    }

    static AgeStanza wrap(byte[] recipient, byte[] fileKey, byte[] ephemeral) throws GeneralSecurityException {
        byte[] share = X25519.publicKey(ephemeral);
        byte[] key = key(X25519.shared(ephemeral, recipient), share, recipient);
        return new AgeStanza(List.of(TYPE, AgeStanza.encode(share)), AgeKeys.wrap(key, fileKey));
    }

    /** The file's key, if the stanza is for this identity. */
    static Optional<byte[]> unwrap(AgeStanza stanza, byte[] identity) throws GeneralSecurityException {
        if (stanza.arguments().size() != 2) {
            throw new IllegalArgumentException("another number of arguments");
        }
        byte[] share = AgeStanza.decode(stanza.arguments().get(1));
        if (share.length != X25519.BYTES) {
            throw new IllegalArgumentException("a share of another length");
        }
        byte[] key = key(X25519.shared(identity, share), share, X25519.publicKey(identity));
        return AgeKeys.unwrap(key, stanza.body());
    }

    private static byte[] key(byte[] shared, byte[] share, byte[] recipient) throws GeneralSecurityException {
        ByteArrayOutputStream salt = new ByteArrayOutputStream();
        salt.writeBytes(share);
        salt.writeBytes(recipient);
        return AgeKeys.derive(shared, salt.toByteArray(), PURPOSE);
    }
}
