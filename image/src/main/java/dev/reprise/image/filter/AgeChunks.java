package dev.reprise.image.filter;

import dev.reprise.image.BadImageException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Key;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The contents of an age file in chunks of 64 KiB, each encrypted with its number and whether it is the last one. So they can be worked on
 * in any order, and none can be left out, moved, or taken away at the end. Not for several threads.
 */
final class AgeChunks {
    static final int CHUNK = 64 << 10;
    static final int SEALED = CHUNK + AgeKeys.TAG;

    /** Chunks of a piece. */
    private static final int PER_PIECE = Packing.PIECE / CHUNK;

    /** Bytes of a piece of encrypted ones. */
    static final int SEALED_PIECE = PER_PIECE * SEALED;

    private static final int NONCE = 12;

    private final Key key;
    private final Cipher cipher;

    AgeChunks(byte[] key) {
        this.key = new SecretKeySpec(key, "ChaCha20");
        try {
            cipher = Cipher.getInstance(AgeKeys.CIPHER);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Encrypts a piece. */
    void seal(Slot slot) {
        byte[] in = slot.in(0);
        byte[] out = slot.out(SEALED_PIECE);
        int length = slot.inLength();
        int done = 0;
        int made = 0;
        for (long chunk = slot.number() * PER_PIECE; done == 0 || done < length; chunk++) {
            int n = Math.min(CHUNK, length - done);
            boolean isLast = slot.isLast() && done + n == length;
            try {
                init(Cipher.ENCRYPT_MODE, chunk, isLast);
                made += cipher.doFinal(in, done, n, out, made);
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException(impossible);
            }
            done += n;
            if (isLast) {
                break;
            }
        }
        slot.outLength(made);
    }

    /** Decrypts a piece. */
    void open(Slot slot) throws BadImageException {
        byte[] in = slot.in(0);
        byte[] out = slot.out(Packing.PIECE);
        int length = slot.inLength();
        int made = 0;
        long chunk = slot.number() * PER_PIECE;
        for (int done = 0; done < length; chunk++) {
            int n = Math.min(SEALED, length - done);
            boolean isLast = slot.isLast() && done + n == length;
            if (n < AgeKeys.TAG) {
                throw truncated(slot);
            }
            if (!isOpened(in, done, n, out, made, chunk, isLast)) {
                throw isLast && isCut(in, done, n, out, made, chunk)
                        ? truncated(slot)
                        : Expanding.corrupt("age", slot.position() - length + done, null);
            }
            if (n == AgeKeys.TAG && chunk > 0) {
                throw Expanding.corrupt("age", slot.position(), null); // an empty chunk behind others
            }
            done += n;
            made += n - AgeKeys.TAG;
        }
        slot.outLength(made);
    }

    // The last chunk that came is another one in the stream, or only a part of one: which, nobody can tell from a
    // broken last one.
    private boolean isCut(byte[] in, int at, int length, byte[] out, int to, long chunk) {
        return length < SEALED || isOpened(in, at, length, out, to, chunk, false);
    }

    private boolean isOpened(byte[] in, int at, int length, byte[] out, int to, long chunk, boolean isLast) {
        try {
            init(Cipher.DECRYPT_MODE, chunk, isLast);
            cipher.doFinal(in, at, length, out, to);
            return true;
        } catch (AEADBadTagException broken) {
            return false;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void init(int mode, long chunk, boolean isLast) throws GeneralSecurityException {
        ByteBuffer nonce = ByteBuffer.allocate(NONCE);
        nonce.putLong(3, chunk).put(NONCE - 1, (byte) (isLast ? 1 : 0));
        cipher.init(mode, key, new IvParameterSpec(nonce.array()));
    }

    private static BadImageException.Truncated truncated(Slot slot) {
        return new BadImageException.Truncated("its age stream ends too early", slot.position());
    }
}
