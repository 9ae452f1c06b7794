package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_bpf;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Maps of bpf(2), by descriptors of ours (include/uapi/linux/bpf.h). */
public final class BpfMaps {
    public static final int BPF_MAP_CREATE = 0;
    public static final int BPF_MAP_GET_FD_BY_ID = 14;
    public static final int BPF_OBJ_GET_INFO_BY_FD = 15;
    public static final int BPF_MAP_FREEZE = 22;
    public static final int BPF_MAP_UPDATE_BATCH = 26;

    public static final int BPF_MAP_TYPE_HASH = 1;
    public static final int BPF_MAP_TYPE_ARRAY = 2;
    public static final int BPF_MAP_TYPE_PERCPU_HASH = 5;
    public static final int BPF_MAP_TYPE_PERCPU_ARRAY = 6;
    public static final int BPF_MAP_TYPE_LRU_HASH = 9;
    public static final int BPF_MAP_TYPE_LPM_TRIE = 11;

    public static final int BPF_F_NUMA_NODE = 1 << 2;
    public static final int BPF_F_RDONLY = 1 << 3;
    public static final int BPF_F_WRONLY = 1 << 4;

    /** sizeof(union bpf_attr), as far as it is used. */
    public static final int ATTRIBUTES = 80;
    /** Where union bpf_attr has what BPF_MAP_CREATE takes besides type, sizes, entries and flags (each 4 bytes, from 0). */
    public static final int NAME = 28;

    public static final int EXTRA = 64;
    /** sizeof(struct bpf_map_info). */
    public static final int INFO = 88;

    private static final int BPF_MAP_LOOKUP_BATCH = 24;
    private static final int NAME_SIZE = 16;
    private static final int BATCH_ATTRIBUTES = 56;

    private BpfMaps() {}

    /**
     * What the kernel tells of a map.
     *
     * @param id by which it is found again
     * @param flags of the map itself
     * @param typed whether it has types (BTF), or belongs to a device
     */
    public record Description(
            int type,
            int id,
            int keySize,
            int valueSize,
            int maxEntries,
            int flags,
            String name,
            long extra,
            boolean typed) {
        /** Whether a key has a value for each possible processor. */
        public boolean isPerProcessor() {
            return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY;
        }

        /** How many bytes a value takes here. */
        public long valueBytes() throws KernelException {
            return isPerProcessor() ? (valueSize + 7L & ~7L) * Processors.possible() : valueSize;
        }
    }

    /** Keys and values of a map, one after the other. */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    public record Contents(byte[] keys, byte[] values) {
        /** The same, ascending by their keys: a hash table has an order of its own in each life. */
        Contents sorted(int keyBytes, int valueBytes) {
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < keys.length / keyBytes; i++) {
                order.add(i);
            }
            order.sort((a, b) -> Arrays.compareUnsigned(
                    keys, a * keyBytes, (a + 1) * keyBytes, keys, b * keyBytes, (b + 1) * keyBytes));
            byte[] sortedKeys = new byte[keys.length];
            byte[] sortedValues = new byte[values.length];
            for (int i = 0; i < order.size(); i++) {
                System.arraycopy(keys, order.get(i) * keyBytes, sortedKeys, i * keyBytes, keyBytes);
                System.arraycopy(values, order.get(i) * valueBytes, sortedValues, i * valueBytes, valueBytes);
            }
            return new Contents(sortedKeys, sortedValues);
        }
    }

    /** Of a map. */
    public static Description describe(Fd map) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(INFO, Long.BYTES);
            MemorySegment attributes = arena.allocate(16, Long.BYTES);
            attributes.set(JAVA_INT, 0, map.number());
            attributes.set(JAVA_INT, 4, INFO);
            attributes.set(JAVA_LONG, 8, info.address());
            bpf(BPF_OBJ_GET_INFO_BY_FD, attributes, "BPF_OBJ_GET_INFO_BY_FD");
            byte[] name = Native.copy(info.asSlice(24), NAME_SIZE);
            int length = 0;
            while (length < NAME_SIZE - 1 && name[length] != 0) {
                length++;
            }
            // struct bpf_map_info { u32 type, id, key_size, value_size, max_entries, map_flags; char name[16]; u32
            // ifindex,
            // btf_vmlinux_value_type_id; u64 netns_dev, netns_ino; u32 btf_id, btf_key_type_id, btf_value_type_id,
            // btf_vmlinux_id; u64 map_extra; }
            boolean typed = info.get(JAVA_INT, 40) != 0 || info.get(JAVA_INT, 44) != 0 || info.get(JAVA_INT, 64) != 0;
            return new Description(
                    info.get(JAVA_INT, 0),
                    info.get(JAVA_INT, 4),
                    info.get(JAVA_INT, 8),
                    info.get(JAVA_INT, 12),
                    info.get(JAVA_INT, 16),
                    info.get(JAVA_INT, 20),
                    new String(name, 0, length, StandardCharsets.ISO_8859_1),
                    info.get(JAVA_LONG, 80),
                    typed);
        }
    }

    /** A descriptor for reading and writing of a map that need not be open for that; CAP_SYS_ADMIN. */
    public static Fd open(int id) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(16, Long.BYTES);
            attributes.set(JAVA_INT, 0, id);
            return new Fd((int) bpf(BPF_MAP_GET_FD_BY_ID, attributes, "BPF_MAP_GET_FD_BY_ID"));
        }
    }

    /** All of a map that nobody changes. */
    public static Contents contents(Fd map, Description info) throws KernelException {
        long entries = Integer.toUnsignedLong(info.maxEntries());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment keys = arena.allocate(entries * info.keySize(), Long.BYTES);
            MemorySegment values = arena.allocate(entries * info.valueBytes(), Long.BYTES);
            MemorySegment next = arena.allocate(Math.max(Long.BYTES, info.keySize()), Long.BYTES);
            // struct { u64 in_batch, out_batch, keys, values; u32 count, map_fd; u64 elem_flags, flags; } batch
            MemorySegment attributes = arena.allocate(BATCH_ATTRIBUTES, Long.BYTES);
            attributes.set(JAVA_LONG, 8, next.address());
            attributes.set(JAVA_LONG, 16, keys.address());
            attributes.set(JAVA_LONG, 24, values.address());
            attributes.set(JAVA_INT, 32, info.maxEntries());
            attributes.set(JAVA_INT, 36, map.number());
            long result = Door.call(SYS_bpf, BPF_MAP_LOOKUP_BATCH, attributes.address(), attributes.byteSize());
            if (result != -Errno.ENOENT.code()) { // which says that there are no more
                Door.require(result, "bpf", "BPF_MAP_LOOKUP_BATCH");
            }
            int count = attributes.get(JAVA_INT, 32);
            Contents contents = new Contents(
                    Native.copy(keys, (long) count * info.keySize()), Native.copy(values, count * info.valueBytes()));
            return contents.sorted(info.keySize(), (int) info.valueBytes());
        }
    }

    private static long bpf(int command, MemorySegment attributes, String name) throws KernelException {
        return Door.require(Door.call(SYS_bpf, command, attributes.address(), attributes.byteSize()), "bpf", name);
    }
}
