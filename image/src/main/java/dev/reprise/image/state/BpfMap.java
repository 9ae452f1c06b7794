package dev.reprise.image.state;

/**
 * A map of the kernel's machine (bpf(2)) with its contents.
 *
 * @param type BPF_MAP_TYPE_*
 * @param keySize in bytes, as {@code valueSize}; of types per processor a value is as long for each possible one, rounded up to 8
 * @param mapFlags BPF_F_* of the map itself, not of the open file
 * @param extra map_extra
 * @param name up to 15 bytes
 * @param frozen whether no process may change it any more
 * @param keys one after the other
 * @param values one after the other, in the order of the keys
 */
public record BpfMap(
        ObjectId id,
        int flags,
        FileOwner owner,
        int type,
        int keySize,
        int valueSize,
        int maxEntries,
        int mapFlags,
        long extra,
        String name,
        boolean frozen,
        Bytes keys,
        Bytes values)
        implements OpenFile {
    public BpfMap {
        if (keySize <= 0 || valueSize <= 0 || keys.length() % keySize != 0 || name.length() > 15) {
            throw new IllegalArgumentException("map of " + keySize + " and " + valueSize + " bytes");
        }
        int count = keys.length() / keySize;
        if (count == 0 ? !values.isEmpty() : values.length() == 0 || values.length() % count != 0) {
            throw new IllegalArgumentException(values.length() + " bytes for " + count + " keys");
        }
    }

    /** How many entries it has. */
    public int count() {
        return keys.length() / keySize;
    }
}
