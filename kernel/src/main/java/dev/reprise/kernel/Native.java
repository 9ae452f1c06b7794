package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Our own native memory, as the arguments of system calls want it. */
public final class Native {
    private Native() {}

    /** Memory at an address that the kernel gave us (mmap, shmat): {@code bytes} long, never freed by Java. */
    @SuppressWarnings("restricted")
    public static MemorySegment at(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    /**
     * Memory of whole pages, zero, aligned to pages, until {@code arena} ends. The kernel gives each page when it is first
     * touched; arena.allocate clears what it gives, and so takes all of it.
     */
    @SuppressWarnings("restricted")
    public static MemorySegment pages(Arena arena, long bytes) throws KernelException {
        long address = Door.require(
                Door.call(
                        SYS_mmap,
                        0,
                        bytes,
                        Mman.PROT_READ | Mman.PROT_WRITE,
                        Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS,
                        -1,
                        0),
                "mmap",
                bytes + " bytes");
        return MemorySegment.ofAddress(address)
                .reinterpret(bytes, arena, gone -> Door.call(SYS_munmap, address, bytes));
    }

    /** A NUL-terminated string in {@code arena}. Bytes that are no UTF-8 pass when given as ISO 8859-1 by {@link #path}. */
    public static MemorySegment string(Arena arena, String text) {
        return arena.allocateFrom(text);
    }

    /** A path of Java's, whose chars become bytes. */
    public static String chars(Path path) {
        return new String(path.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
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
