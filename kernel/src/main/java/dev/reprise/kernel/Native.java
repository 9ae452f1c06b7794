package dev.reprise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Our own native memory, as the arguments of system calls want it. */
public final class Native {
    private Native() {}

    /** Memory at an address that the kernel gave us (mmap, shmat): {@code bytes} long, never freed by Java. */
    @SuppressWarnings("restricted")
    public static MemorySegment at(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    /** A NUL-terminated string in {@code arena}. Bytes that are no UTF-8 pass when given as ISO 8859-1 by {@link #path}. */
    public static MemorySegment string(Arena arena, String text) {
        return arena.allocateFrom(text);
    }

    /** A NUL-terminated path in {@code arena}, its chars taken as bytes (ISO 8859-1), as /proc readers return them. */
    public static MemorySegment path(Arena arena, String path) {
        return arena.allocateFrom(path, StandardCharsets.ISO_8859_1);
    }

    /** Copies {@code bytes} into new memory of {@code arena}, 64-byte aligned. */
    public static MemorySegment bytes(Arena arena, byte[] bytes) {
        MemorySegment memory = arena.allocate(Math.max(bytes.length, 1), 64);
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
        return memory;
    }

    /** A copy of the first {@code length} bytes of {@code memory}. */
    public static byte[] copy(MemorySegment memory, long length) {
        return memory.asSlice(0, length).toArray(JAVA_BYTE);
    }
}
