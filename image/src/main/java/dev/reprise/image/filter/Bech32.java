package dev.reprise.image.filter;

import java.io.ByteArrayOutputStream;
import java.util.Locale;

/** Bech32 (BIP 173) without its limit of length, in which age writes keys: a kind, {@code 1}, bytes in groups of five bits, a checksum. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Bech32(String kind, byte[] bytes) {
    private static final String ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private static final int[] GENERATOR = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    private static final int CHECKSUM = 6;

    /** Reads a text; what is wrong with it is said without a character of it, which may be a secret. */
    static Bech32 decode(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (!text.equals(lower) && !text.equals(text.toUpperCase(Locale.ROOT))) {
            throw new IllegalArgumentException("it has both small and capital letters");
        }
        int separator = lower.lastIndexOf('1');
        if (separator < 1 || lower.length() - separator - 1 < CHECKSUM) {
            throw new IllegalArgumentException("it is too short, or cut");
        }
        String kind = lower.substring(0, separator);
        int[] groups = groups(lower.substring(separator + 1));
        if (checksum(kind, groups) != 1) {
            throw new IllegalArgumentException("its checksum is wrong");
        }
        return new Bech32(kind, bytes(groups, groups.length - CHECKSUM));
    }

    private static int[] groups(String text) {
        int[] groups = new int[text.length()];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = ALPHABET.indexOf(text.charAt(i));
            if (groups[i] < 0) {
                throw new IllegalArgumentException("it has a character that cannot be in it");
            }
        }
        return groups;
    }

    private static int checksum(String kind, int... groups) {
        int sum = 1;
        for (int i = 0; i < kind.length(); i++) {
            sum = add(sum, kind.charAt(i) >> 5);
        }
        sum = add(sum, 0);
        for (int i = 0; i < kind.length(); i++) {
            sum = add(sum, kind.charAt(i) & 31);
        }
        for (int group : groups) {
            sum = add(sum, group);
        }
        return sum;
    }

    private static int add(int sum, int group) {
        int top = sum >>> 25;
        int next = (sum & 0x1ffffff) << 5 ^ group;
        for (int i = 0; i < GENERATOR.length; i++) {
            next ^= (top >> i & 1) * GENERATOR[i];
        }
        return next;
    }

    private static byte[] bytes(int[] groups, int count) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int bits = 0;
        int had = 0;
        for (int i = 0; i < count; i++) {
            bits = bits << 5 | groups[i];
            had += 5;
            if (had >= 8) {
                had -= 8;
                bytes.write(bits >> had);
                bits &= (1 << had) - 1;
            }
        }
        if (had >= 5 || bits != 0) {
            throw new IllegalArgumentException("it does not end where a byte ends");
        }
        return bytes.toByteArray();
    }
}
