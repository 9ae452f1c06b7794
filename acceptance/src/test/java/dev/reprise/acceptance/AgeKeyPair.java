package dev.reprise.acceptance;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A key pair that the program age-keygen made. */
record AgeKeyPair(Path file, String recipient) {
    private static final String ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

    static AgeKeyPair create(Path file) throws IOException, InterruptedException {
        Tool.run(new ProcessBuilder("age-keygen", "-o", file + "")).succeeds();
        return new AgeKeyPair(
                file,
                Tool.run(new ProcessBuilder("age-keygen", "-y", file + ""))
                        .succeeds()
                        .out()
                        .strip());
    }

    /** The file key of an age file whose first stanza is for this pair: worked out here, by the published format. */
    byte[] fileKeyOf(Path sealed) throws IOException, GeneralSecurityException {
        List<String> lines = new String(Files.readAllBytes(sealed), StandardCharsets.ISO_8859_1)
                .lines()
                .toList();
        byte[] share = Base64.getDecoder().decode(lines.get(1).substring("-> X25519 ".length()));
        byte[] wrapped = Base64.getDecoder().decode(lines.get(2));
        byte[] base = new byte[32];
        base[0] = 9;
        ByteArrayOutputStream salt = new ByteArrayOutputStream();
        salt.writeBytes(share);
        salt.writeBytes(shared(base));
        byte[] key = KDF.getInstance("HKDF-SHA256")
                .deriveData(HKDFParameterSpec.ofExtract()
                        .addIKM(shared(share))
                        .addSalt(salt.toByteArray())
                        .thenExpand("age-encryption.org/v1/X25519".getBytes(US_ASCII), 32));
        Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "ChaCha20"), new IvParameterSpec(new byte[12]));
        return cipher.doFinal(wrapped);
    }

    private byte[] shared(byte[] other) throws IOException, GeneralSecurityException {
        KeyFactory keys = KeyFactory.getInstance("X25519");
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, secret())));
        byte[] bigEndian = new byte[33];
        for (int i = 0; i < 32; i++) {
            bigEndian[32 - i] = other[i];
        }
        agreement.doPhase(
                keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(bigEndian))), true);
        return agreement.generateSecret();
    }

    // The bits of the text between the last 1 and its checksum.
    private byte[] secret() throws IOException {
        String text = Files.readAllLines(file).getLast().toLowerCase(Locale.ROOT);
        BigInteger bits = BigInteger.ONE;
        for (char c :
                text.substring(text.lastIndexOf('1') + 1, text.length() - 6).toCharArray()) {
            bits = bits.shiftLeft(5).or(BigInteger.valueOf(ALPHABET.indexOf(c)));
        }
        byte[] bytes = bits.shiftRight(4).toByteArray(); // 52 * 5 bits are 4 more than 32 bytes
        return Arrays.copyOfRange(bytes, bytes.length - 32, bytes.length);
    }
}
