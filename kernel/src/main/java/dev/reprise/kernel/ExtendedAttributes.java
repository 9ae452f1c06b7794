package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fgetxattr;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_flistxattr;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The extended attributes of an open file, as xattr(7) has them. */
public final class ExtendedAttributes {
    /** XATTR_LIST_MAX and XATTR_SIZE_MAX. */
    private static final int MOST = 1 << 16;

    private ExtendedAttributes() {}

    /** Names (a char is a byte) and values; none where the file system has none or does not tell. */
    public static Map<String, byte[]> of(Fd file) {
        Map<String, byte[]> attributes = new LinkedHashMap<>();
        try (Arena arena = Arena.ofConfined()) {
            // Nearly all files have none: that is found out without the room for many.
            long size = Door.call(SYS_flistxattr, file.number(), 0, 0);
            if (Door.isError(size) || size == 0) {
                return attributes;
            }
            MemorySegment room = arena.allocate(MOST);
            long length = Door.call(SYS_flistxattr, file.number(), room.address(), MOST);
            if (Door.isError(length)) {
                return attributes;
            }
            String names = new String(Native.copy(room, length), StandardCharsets.ISO_8859_1);
            for (String name : names.split("\0")) {
                MemorySegment path = Native.path(arena, name);
                long got = Door.call(SYS_fgetxattr, file.number(), path.address(), room.address(), MOST);
                if (!Door.isError(got)) {
                    attributes.put(name, Native.copy(room, got));
                }
            }
            return attributes;
        }
    }
}
