package dev.reprise.engine.transport;

import dev.reprise.image.state.PageRun;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * By what equal pages are found: 256 bits of a universal hash (NH of UMAC, RFC 4418, four times) under a key of this run's that
 * nobody learns. Two given pages that differ have the same with a probability of 2^-128, whoever made them; so none of them is ever compared.
 */
final class PageKeys {
    /** Of a page's key. */
    static final int LONGS = 4;

    private static final int WORDS = PageRun.PAGE_SIZE / Integer.BYTES;
    /** Words by which the key is shifted from one of the four to the next. */
    private static final int SHIFT = 4;
    /** Bytes of a run's key. */
    static final int SECRET = (WORDS + (LONGS - 1) * SHIFT) * Integer.BYTES;

    private static final long LOW = 0xffff_ffffL;

    private final long[] keys;
    private final int[] rows;

    private PageKeys(int pages) {
        keys = new long[pages * LONGS];
        rows = new int[pages];
    }

    /** The words of a key of {@link #SECRET} random bytes. */
    static long[] secret(byte[] random) {
        ByteBuffer bytes = ByteBuffer.wrap(random);
        long[] words = new long[SECRET / Integer.BYTES];
        for (int i = 0; i < words.length; i++) {
            words[i] = bytes.getInt() & LOW;
        }
        return words;
    }

    /** Those of whole pages; consumes nothing. */
    static PageKeys of(ByteBuffer pages, long[] secret) {
        PageKeys found = new PageKeys(pages.remaining() / PageRun.PAGE_SIZE);
        long[] words = new long[PageRun.PAGE_SIZE / Long.BYTES];
        CRC32C crc = new CRC32C();
        for (int i = 0; i < found.rows.length; i++) {
            ByteBuffer page = pages.slice(pages.position() + i * PageRun.PAGE_SIZE, PageRun.PAGE_SIZE);
            page.order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(words);
            hash(words, secret, found.keys, i * LONGS);
            crc.reset();
            crc.update(page);
            found.rows[i] = (int) crc.getValue();
        }
        return found;
    }

    private static void hash(long[] words, long[] secret, long[] into, int at) {
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        int key = 0;
        for (long word : words) {
            long low = word & LOW;
            long high = word >>> Integer.SIZE;
            a += ((low + secret[key]) & LOW) * ((high + secret[key + 1]) & LOW);
            b += ((low + secret[key + SHIFT]) & LOW) * ((high + secret[key + SHIFT + 1]) & LOW);
            c += ((low + secret[key + 2 * SHIFT]) & LOW) * ((high + secret[key + 2 * SHIFT + 1]) & LOW);
            d += ((low + secret[key + 3 * SHIFT]) & LOW) * ((high + secret[key + 3 * SHIFT + 1]) & LOW);
            key += 2;
        }
        into[at] = a;
        into[at + 1] = b;
        into[at + 2] = c;
        into[at + 3] = d;
    }

    /** Where to look for the page: of its contents alone, no matter which key. */
    int row(int page) {
        return rows[page];
    }

    boolean isAt(int page, long[] others, int at) {
        return Arrays.equals(keys, page * LONGS, (page + 1) * LONGS, others, at, at + LONGS);
    }

    void copy(int page, long[] into, int at) {
        System.arraycopy(keys, page * LONGS, into, at, LONGS);
    }
}
