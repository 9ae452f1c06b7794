package dev.reprise.image.filter;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.KeyAgreement;

/** X25519 (RFC 7748) on plain bytes; the JDK's own, which draws no random number for this. */
final class X25519 {
    static final int BYTES = 32;
    private static final byte[] BASE = new byte[BYTES];

    static {
        BASE[0] = 9;
    }

    private X25519() {}

    /** The public key of a secret one. */
    static byte[] publicKey(byte[] secret) throws GeneralSecurityException {
        return shared(secret, BASE);
    }

    /** What two have in common, one of whom has the secret; throws for points of which everybody knows the result. */
    static byte[] shared(byte[] secret, byte[] other) throws GeneralSecurityException {
        KeyFactory keys = KeyFactory.getInstance("X25519");
        PrivateKey own = keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, secret));
        PublicKey point = keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, coordinate(other)));
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(own);
        agreement.doPhase(point, true);
        return agreement.generateSecret();
    }

    private static BigInteger coordinate(byte[] littleEndian) {
        byte[] bytes = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bytes[i] = littleEndian[BYTES - 1 - i];
        }
        bytes[0] &= 0x7f;
        return new BigInteger(1, bytes);
    }
}
