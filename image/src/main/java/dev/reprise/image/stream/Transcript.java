package dev.reprise.image.stream;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What signatures are over, in SHA-512: the header and all records' heads; the payloads but for those of digests, which follow from the
 * data; and the data, by a hash of each MiB. Each in the order of the stream; the heads tell how the others are to be divided.
 */
final class Transcript {
    private static final String CONTEXT = "Reprise image, signature 1, ";

    private final MessageDigest heads = sha512();
    private final MessageDigest payloads = sha512();
    private final MessageDigest data = sha512();

    static MessageDigest sha512() {
        try {
            return MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The header's bytes, or a record's head. */
    void head(byte[] bytes, int offset, int length) {
        heads.update(bytes, offset, length);
    }

    /** The header and all records' heads, instead of those before: some are known late. */
    void heads(byte[] bytes, int length) {
        heads.reset();
        heads.update(bytes, 0, length);
    }

    /** A record's payload. */
    void payload(byte[] bytes) {
        payloads.update(bytes);
    }

    /** The hashes of data. */
    void data(byte[] hashes) {
        data.update(hashes);
    }

    /** What is to be signed when nothing more has come. */
    byte[] message(Signature.Scope scope) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes((CONTEXT + scope.name()).getBytes(StandardCharsets.US_ASCII));
        message.write('\n');
        for (MessageDigest digest : new MessageDigest[] {heads, payloads, data}) {
            message.writeBytes(soFar(digest));
        }
        return message.toByteArray();
    }

    private static byte[] soFar(MessageDigest digest) {
        try {
            return ((MessageDigest) digest.clone()).digest();
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
