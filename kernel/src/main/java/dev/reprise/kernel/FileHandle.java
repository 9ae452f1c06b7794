package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_open_by_handle_at;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/** A file's handle in its file system, as fdinfo shows it: {@code hex} the bytes. */
public record FileHandle(int type, String hex) {
    /** Opens it with O_PATH by any descriptor in the same file system. */
    public Fd open(Fd mount) throws KernelException {
        byte[] bytes = HexFormat.of().parseHex(hex);
        try (Arena arena = Arena.ofConfined()) {
            // struct file_handle { __u32 handle_bytes; int handle_type; unsigned char f_handle[]; }
            MemorySegment handle = arena.allocate(8 + bytes.length, 8);
            handle.set(JAVA_INT, 0, bytes.length);
            handle.set(JAVA_INT, 4, type);
            MemorySegment.copy(bytes, 0, handle, JAVA_BYTE, 8, bytes.length);
            return new Fd(Door.require(
                    Door.call(SYS_open_by_handle_at, mount.number(), handle.address(), Fcntl.O_PATH | Fcntl.O_CLOEXEC),
                    "open_by_handle_at",
                    hex));
        }
    }
}
