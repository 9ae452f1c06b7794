package dev.reprise.image.store;

import java.util.Arrays;

/** Where pages are, by their keys: a hash table of 24 bytes an entry. */
final class KnownPages {
    /** There is no such page. */
    static final long NOWHERE = -1;

    private static final int WORDS = 3;
    private static final int SMALLEST = 1 << 10;

    private long[] table = new long[WORDS * SMALLEST];
    private int count;

    KnownPages() {
        Arrays.fill(table, NOWHERE);
    }

    /** The place of the page with a key. */
    long find(long high, long low) {
        return table[slot(high, low) + 2];
    }

    /** Remembers a place, unless the page has one. */
    void add(long high, long low, long place) {
        if (4L * (count + 1) > 3L * (table.length / WORDS)) {
            grow();
        }
        int slot = slot(high, low);
        if (table[slot + 2] == NOWHERE) {
            table[slot] = high;
            table[slot + 1] = low;
            table[slot + 2] = place;
            count++;
        }
    }

    // Keys are hashes themselves.
    private int slot(long high, long low) {
        int entries = table.length / WORDS;
        int at = (int) (high & entries - 1);
        while (table[WORDS * at + 2] != NOWHERE && (table[WORDS * at] != high || table[WORDS * at + 1] != low)) {
            at = at + 1 & entries - 1;
        }
        return WORDS * at;
    }

    private void grow() {
        long[] old = table;
        table = new long[Math.multiplyExact(old.length, 2)];
        Arrays.fill(table, NOWHERE);
        for (int at = 0; at < old.length; at += WORDS) {
            if (old[at + 2] != NOWHERE) {
                int slot = slot(old[at], old[at + 1]);
                System.arraycopy(old, at, table, slot, WORDS);
            }
        }
    }
}
