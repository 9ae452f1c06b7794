package dev.reprise.image.filter;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.security.GeneralSecurityException;
import java.util.function.Supplier;

/** The age format (age-encryption.org/v1), binary, on its way out: a header, a nonce, the contents in {@link AgeChunks chunks}. */
final class AgeSealing implements Packing.Format {
    private final byte[] begin;
    private final byte[] key;

    private AgeSealing(byte[] begin, byte[] key) {
        this.begin = begin;
        this.key = key;
    }

    static WritableByteChannel into(WritableByteChannel target, Recipients recipients, Randomness random, int threads)
            throws IOException {
        byte[] fileKey = random.bytes(AgeKeys.FILE_KEY);
        byte[] nonce = random.bytes(AgeKeys.PAYLOAD_NONCE);
        ByteArrayOutputStream begin = new ByteArrayOutputStream();
        try {
            begin.writeBytes(AgeHeader.encode(recipients.wrap(fileKey, random), fileKey));
            begin.writeBytes(nonce);
            return new Packing(
                    target, new AgeSealing(begin.toByteArray(), AgeKeys.payloadKey(fileKey, nonce)), threads);
        } catch (GeneralSecurityException impossible) {
            throw new IOException("it cannot be encrypted: " + impossible.getMessage(), impossible);
        }
    }

    @Override
    public byte[] begin() {
        return begin.clone();
    }

    @Override
    public byte[] end() {
        return new byte[0];
    }

    @Override
    public boolean mayEndFull() {
        return true;
    }

    @Override
    public Supplier<Crew.Work> work() {
        return () -> new AgeChunks(key)::seal;
    }
}
