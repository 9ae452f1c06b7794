package dev.reprise.kernel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The kernel's own type information (/sys/kernel/btf/vmlinux, BTF; Documentation/bpf/btf.rst), for which places of its structures are asked.
 *
 * <pre>
 * header: u16 magic, u8 version, u8 flags, u32 hdr_len, type_off, type_len, str_off, str_len
 * type:   u32 name_off, u32 info (kind_flag:31, kind:24-28, vlen:0-15), u32 size or type; then what its kind has
 * member: u32 name_off, u32 type, u32 offset in bits (with kind_flag: 24 bits, above them the bits of a bit field)
 * </pre>
 */
public final class Btf {
    private static final String VMLINUX = "/sys/kernel/btf/vmlinux";
    private static final short MAGIC = (short) 0xeb9f;
    private static final int INT = 1;
    private static final int PTR = 2;
    private static final int ARRAY = 3;
    private static final int STRUCT = 4;
    private static final int UNION = 5;
    private static final int FUNC = 12;
    // By kind: bytes behind the common 12, and bytes for each of vlen.
    private static final int[] FIXED = {0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0};
    private static final int[] EACH = {0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12};
    private static final int COMMON = 12;
    private static final int MEMBER = 12;
    private static final int MOST_NESTED = 16;

    private final ByteBuffer bytes;
    private final int strings;
    private int[] types = new int[1 << 17];
    private int count = 1; // type 0 is void

    /** A place within a structure: {@code bytes} at {@code offset}, of which a bit field has so many {@code bits} from {@code shift} on. */
    public record Place(int offset, int bytes, int shift, int bits) {
        /** Its value within the bytes there. */
        public long of(long content) {
            return bits == 0 ? content : content >>> shift & (1L << bits) - 1;
        }
    }

    /** What this kernel has not, or not in the way it is known. */
    public static final class UnknownLayoutException extends Exception {
        private static final long serialVersionUID = 1L;

        /** {@code what}: it has not. */
        public UnknownLayoutException(String what) {
            super(what);
        }
    }

    /** That of the kernel which runs. About 5 MB, read and gone through once. */
    public static Btf ofKernel() throws KernelException, UnknownLayoutException {
        return new Btf(Proc.bytes(VMLINUX));
    }

    Btf(byte[] content) throws UnknownLayoutException {
        bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        if (content.length < 24 || bytes.getShort(0) != MAGIC) {
            throw new UnknownLayoutException(VMLINUX);
        }
        int header = bytes.getInt(4);
        strings = header + bytes.getInt(16);
        int end = header + bytes.getInt(8) + bytes.getInt(12);
        for (int at = header + bytes.getInt(8); at < end; count++) {
            if (kind(at) >= FIXED.length) {
                throw new UnknownLayoutException(VMLINUX + ": types of kind " + kind(at));
            }
            if (count == types.length) {
                types = Arrays.copyOf(types, 2 * count);
            }
            types[count] = at;
            at += COMMON + FIXED[kind(at)] + EACH[kind(at)] * length(at);
        }
    }

    private int kind(int at) {
        return bytes.getInt(at + 4) >>> 24 & 0x1f;
    }

    private int length(int at) {
        return bytes.getInt(at + 4) & 0xffff;
    }

    private boolean isNamed(int at, byte[] name) {
        int from = strings + bytes.getInt(at);
        return bytes.get(from + name.length) == 0
                && Arrays.equals(bytes.array(), from, from + name.length, name, 0, name.length);
    }

    private int find(int kind, String name) throws UnknownLayoutException {
        byte[] wanted = name.getBytes(ISO_8859_1);
        for (int id = 1; id < count; id++) {
            if (kind(types[id]) == kind && isNamed(types[id], wanted)) {
                return id;
            }
        }
        throw new UnknownLayoutException(name);
    }

    /** The id of a function. */
    public int function(String name) throws UnknownLayoutException {
        return find(FUNC, name);
    }

    /** How many bytes a structure takes. */
    public int size(String struct) throws UnknownLayoutException {
        return size(find(STRUCT, struct));
    }

    /** The place of a member ("a.b": of a member of a member, in the same memory) of a structure; it may be a member of nameless ones in it. */
    public Place place(String struct, String path) throws UnknownLayoutException {
        int type = find(STRUCT, struct);
        Place place = new Place(0, 0, 0, 0);
        for (String name : path.split("\\.")) {
            int found = member(type, name.getBytes(ISO_8859_1));
            if (found < 0) {
                throw new UnknownLayoutException("struct " + struct + ", " + path);
            }
            place = new Place(place.offset + offset / Byte.SIZE, size(found), offset % Byte.SIZE, bits);
            type = plain(found);
        }
        return place;
    }

    // What member() has found besides the type, in bits.
    private int offset;
    private int bits;

    // The type of a member, or -1.
    private int member(int type, byte[] name) {
        int at = types[type];
        boolean hasBits = bytes.getInt(at + 4) < 0;
        for (int i = 0; i < length(at); i++) {
            int member = at + COMMON + MEMBER * i;
            int its = bytes.getInt(member + 4);
            int where = bytes.getInt(member + 8);
            int from = hasBits ? where & 0xffffff : where;
            if (isNamed(member, name)) {
                offset = from;
                bits = hasBits ? where >>> 24 : 0;
                return its;
            }
            int kind = kind(types[its]);
            if (bytes.getInt(member) == 0 && (kind == STRUCT || kind == UNION)) {
                int found = member(its, name);
                if (found >= 0) {
                    offset += from;
                    return found;
                }
            }
        }
        return -1;
    }

    // Without typedef, const, volatile, restrict and type tags.
    private int plain(int type) {
        int plain = type;
        for (int i = 0; i < MOST_NESTED; i++) {
            switch (kind(types[plain])) {
                case 8, 9, 10, 11, 18 -> plain = bytes.getInt(types[plain] + 8);
                default -> {
                    return plain;
                }
            }
        }
        return plain;
    }

    private int size(int type) {
        int at = types[plain(type)];
        return switch (kind(at)) {
            case PTR -> Long.BYTES;
            case ARRAY -> bytes.getInt(at + COMMON + 8) * size(bytes.getInt(at + COMMON));
            case INT, STRUCT, UNION -> bytes.getInt(at + 8);
            default -> kind(at) == 6 || kind(at) == 19 ? bytes.getInt(at + 8) : 0; // enumerations
        };
    }
}
