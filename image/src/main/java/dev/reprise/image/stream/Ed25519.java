package dev.reprise.image.stream;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** Ed25519 (RFC 8032), the JDK's own; its signatures need no random number. Public keys are their 32 bytes. */
public final class Ed25519 {
    /** Bytes of a public key. */
    static final int KEY = 32;

    /** Bytes of a signature. */
    static final int SIGNATURE = 64;

    private static final String NAME = "Ed25519";
    /** What stands before a public key's bytes in a SubjectPublicKeyInfo (RFC 8410). */
    private static final byte[] PUBLIC = HexFormat.of().parseHex("302a300506032b6570032100");

    private Ed25519() {}

    /**
     * A private key.
     *
     * @throws IllegalArgumentException these bytes are no PKCS #8 of one
     */
    public static Signer signer(byte[] pkcs8) {
        try {
            PrivateKey secret = KeyFactory.getInstance(NAME).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            byte[] seed = ((EdECPrivateKey) secret)
                    .getBytes()
                    .orElseThrow(() -> new IllegalArgumentException("it is a key without its secret"));
            KeyPairGenerator again = KeyPairGenerator.getInstance(NAME);
            again.initialize(NamedParameterSpec.ED25519, new Given(seed));
            Signer signer = new Signer(secret, key(again.generateKeyPair().getPublic()));
            signer.prove();
            return signer;
        } catch (GeneralSecurityException | ClassCastException other) {
            throw new IllegalArgumentException("it is a key of another kind than Ed25519", other);
        }
    }

    /**
     * A public key's 32 bytes.
     *
     * @throws IllegalArgumentException these bytes are no SubjectPublicKeyInfo of one
     */
    public static byte[] key(byte[] publicKeyInfo) {
        int at = PUBLIC.length;
        if (publicKeyInfo.length != at + KEY || Arrays.mismatch(publicKeyInfo, PUBLIC) != at) {
            throw new IllegalArgumentException("it is a key of another kind than Ed25519");
        }
        return Arrays.copyOfRange(publicKeyInfo, at, at + KEY);
    }

    private static byte[] key(PublicKey key) {
        return key(key.getEncoded());
    }

    /** What people compare: SHA-256 of the SubjectPublicKeyInfo. */
    public static String fingerprint(byte[] key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(info(key));
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] info(byte[] key) {
        byte[] info = Arrays.copyOf(PUBLIC, PUBLIC.length + KEY);
        System.arraycopy(key, 0, info, PUBLIC.length, KEY);
        return info;
    }

    /** Whether the owner of a key has signed a message. */
    static boolean verifies(byte[] key, byte[] message, byte[] signature) {
        try {
            Signature verifying = Signature.getInstance(NAME);
            verifying.initVerify(KeyFactory.getInstance(NAME).generatePublic(new X509EncodedKeySpec(info(key))));
            verifying.update(message);
            return verifying.verify(signature);
        } catch (GeneralSecurityException malformed) {
            return false;
        }
    }

    /** Signs with one key. */
    public static final class Signer {
        private final PrivateKey secret;
        private final byte[] key;

        private Signer(PrivateKey secret, byte[] key) {
            this.secret = secret;
            this.key = key;
        }

        byte[] key() {
            return key.clone();
        }

        byte[] sign(byte[] message) {
            try {
                Signature signing = Signature.getInstance(NAME);
                signing.initSign(secret);
                signing.update(message);
                return signing.sign();
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        // Also: the first one takes long, and a later one may be made while a program stands still.
        private void prove() {
            byte[] message = "Reprise".getBytes(StandardCharsets.US_ASCII);
            if (!verifies(key, message, sign(message))) {
                throw new IllegalArgumentException("what it signs is not what its public half verifies");
            }
        }
    }

    /** Gives out a secret that there is already: the only way to the public half of it. */
    private static final class Given extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final transient byte[] bytes;

        Given(byte[] bytes) {
            super(null, null);
            this.bytes = bytes.clone();
        }

        @Override
        public void nextBytes(byte[] into) {
            if (into.length != bytes.length) {
                throw new IllegalStateException(into.length + " bytes are wanted");
            }
            System.arraycopy(bytes, 0, into, 0, bytes.length);
        }
    }
}
