package dev.reprise.image.filter;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** How an age file's key becomes others, and how it is wrapped in them. */
final class AgeKeys {
    /** Bytes of a file's key. */
    static final int FILE_KEY = 16;

    /** Bytes of what makes the key of one file's contents. */
    static final int PAYLOAD_NONCE = 16;

    /** Bytes of an authentication tag. */
    static final int TAG = 16;

    static final String CIPHER = "ChaCha20-Poly1305";

    private static final String HMAC = "HmacSHA256";
    private static final int KEY = 32;
    // A wrapping key is used once.
    private static final byte[] NO_NONCE = new byte[12];

    private AgeKeys() {}

    static byte[] headerMac(byte[] fileKey, byte[] header) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(HMAC);
        mac.init(new SecretKeySpec(derive(fileKey, new byte[0], "header"), HMAC));
        return mac.doFinal(header);
    }

    static byte[] payloadKey(byte[] fileKey, byte[] nonce) throws GeneralSecurityException {
        return derive(fileKey, nonce, "payload");
    }

    /** HKDF-SHA-256 (RFC 5869). */
    static byte[] derive(byte[] secret, byte[] salt, String purpose) throws GeneralSecurityException {
        return KDF.getInstance("HKDF-SHA256")
                .deriveData(HKDFParameterSpec.ofExtract()
                        .addIKM(secret)
                        .addSalt(salt)
                        .thenExpand(purpose.getBytes(StandardCharsets.US_ASCII), KEY));
    }

    static byte[] wrap(byte[] key, byte[] fileKey) throws GeneralSecurityException {
        return cipher(Cipher.ENCRYPT_MODE, key).doFinal(fileKey);
    }

    /** What was wrapped in this key; nothing when it was another one. */
    static Optional<byte[]> unwrap(byte[] key, byte[] wrapped) throws GeneralSecurityException {
        if (wrapped.length != FILE_KEY + TAG) {
            throw new IllegalArgumentException("a file key of another length");
        }
        try {
            return Optional.of(cipher(Cipher.DECRYPT_MODE, key).doFinal(wrapped));
        } catch (AEADBadTagException other) {
            return Optional.empty();
        }
    }

    private static Cipher cipher(int mode, byte[] key) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, new SecretKeySpec(key, "ChaCha20"), new IvParameterSpec(NO_NONCE));
        return cipher;
    }
}
