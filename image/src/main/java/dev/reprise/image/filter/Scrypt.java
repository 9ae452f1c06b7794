package dev.reprise.image.filter;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** scrypt (RFC 7914) as age uses it: r = 8, p = 1. Its memory, a KiB for each unit of work, is native and given back at once. */
final class Scrypt {
    private static final int R = 8;
    private static final int INTS = 32 * R;
    private static final int HASH = 32;
    private static final String HMAC = "HmacSHA256";

    private Scrypt() {}

    /** A key of 32 bytes. */
    static byte[] key(byte[] passphrase, byte[] salt, int logWork) throws GeneralSecurityException {
        byte[] block = pbkdf2(passphrase, salt, INTS * Integer.BYTES);
        int[] x = new int[INTS];
        ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(x);
        mix(x, 1 << logWork);
        ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(x);
        return pbkdf2(passphrase, block, HASH);
    }

    // PBKDF2 (RFC 8018) with HMAC-SHA-256 and one iteration.
    private static byte[] pbkdf2(byte[] passphrase, byte[] salt, int length) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(HMAC);
        mac.init(new SecretKeySpec(passphrase, HMAC));
        byte[] out = new byte[length];
        for (int i = 0; i < length / HASH; i++) {
            mac.update(salt);
            mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, i + 1));
            mac.doFinal(out, i * HASH);
        }
        return out;
    }

    private static void mix(int[] first, int work) {
        int[] x = first;
        int[] y = new int[INTS];
        int[] v = new int[INTS];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment all = arena.allocate(JAVA_INT, (long) work * INTS);
            for (int i = 0; i < work; i++) {
                MemorySegment.copy(x, 0, all, JAVA_INT, (long) i * INTS * Integer.BYTES, INTS);
                blockMix(x, y);
                int[] swap = x;
                x = y;
                y = swap;
            }
            for (int i = 0; i < work; i++) {
                long j = x[INTS - 16] & work - 1;
                MemorySegment.copy(all, JAVA_INT, j * INTS * Integer.BYTES, v, 0, INTS);
                for (int k = 0; k < INTS; k++) {
                    x[k] ^= v[k];
                }
                blockMix(x, y);
                int[] swap = x;
                x = y;
                y = swap;
            }
        }
        // An even number of swaps: x is where it came from.
        Arrays.fill(y, 0);
        Arrays.fill(v, 0);
    }

    private static void blockMix(int[] in, int[] out) {
        int[] t = Arrays.copyOfRange(in, INTS - 16, INTS);
        for (int i = 0; i < 2 * R; i++) {
            for (int k = 0; k < 16; k++) {
                t[k] ^= in[i * 16 + k];
            }
            salsa(t);
            System.arraycopy(t, 0, out, (i / 2 + (i % 2) * R) * 16, 16);
        }
    }

    // Salsa20/8: on local variables, since this is where all the time goes.
    private static void salsa(int... b) {
        int x0 = b[0];
        int x1 = b[1];
        int x2 = b[2];
        int x3 = b[3];
        int x4 = b[4];
        int x5 = b[5];
        int x6 = b[6];
        int x7 = b[7];
        int x8 = b[8];
        int x9 = b[9];
        int x10 = b[10];
        int x11 = b[11];
        int x12 = b[12];
        int x13 = b[13];
        int x14 = b[14];
        int x15 = b[15];
        for (int i = 0; i < 4; i++) {
            x4 ^= Integer.rotateLeft(x0 + x12, 7);
            x8 ^= Integer.rotateLeft(x4 + x0, 9);
            x12 ^= Integer.rotateLeft(x8 + x4, 13);
            x0 ^= Integer.rotateLeft(x12 + x8, 18);
            x9 ^= Integer.rotateLeft(x5 + x1, 7);
            x13 ^= Integer.rotateLeft(x9 + x5, 9);
            x1 ^= Integer.rotateLeft(x13 + x9, 13);
            x5 ^= Integer.rotateLeft(x1 + x13, 18);
            x14 ^= Integer.rotateLeft(x10 + x6, 7);
            x2 ^= Integer.rotateLeft(x14 + x10, 9);
            x6 ^= Integer.rotateLeft(x2 + x14, 13);
            x10 ^= Integer.rotateLeft(x6 + x2, 18);
            x3 ^= Integer.rotateLeft(x15 + x11, 7);
            x7 ^= Integer.rotateLeft(x3 + x15, 9);
            x11 ^= Integer.rotateLeft(x7 + x3, 13);
            x15 ^= Integer.rotateLeft(x11 + x7, 18);
            x1 ^= Integer.rotateLeft(x0 + x3, 7);
            x2 ^= Integer.rotateLeft(x1 + x0, 9);
            x3 ^= Integer.rotateLeft(x2 + x1, 13);
            x0 ^= Integer.rotateLeft(x3 + x2, 18);
            x6 ^= Integer.rotateLeft(x5 + x4, 7);
            x7 ^= Integer.rotateLeft(x6 + x5, 9);
            x4 ^= Integer.rotateLeft(x7 + x6, 13);
            x5 ^= Integer.rotateLeft(x4 + x7, 18);
            x11 ^= Integer.rotateLeft(x10 + x9, 7);
            x8 ^= Integer.rotateLeft(x11 + x10, 9);
            x9 ^= Integer.rotateLeft(x8 + x11, 13);
            x10 ^= Integer.rotateLeft(x9 + x8, 18);
            x12 ^= Integer.rotateLeft(x15 + x14, 7);
            x13 ^= Integer.rotateLeft(x12 + x15, 9);
            x14 ^= Integer.rotateLeft(x13 + x12, 13);
            x15 ^= Integer.rotateLeft(x14 + x13, 18);
        }
        b[0] += x0;
        b[1] += x1;
        b[2] += x2;
        b[3] += x3;
        b[4] += x4;
        b[5] += x5;
        b[6] += x6;
        b[7] += x7;
        b[8] += x8;
        b[9] += x9;
        b[10] += x10;
        b[11] += x11;
        b[12] += x12;
        b[13] += x13;
        b[14] += x14;
        b[15] += x15;
    }
}
