package dev.reprise.engine.tracee;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Signal restorers in the code of frozen processes: {@code mov $15,%rax (or %eax); syscall} in executable memory. Where one
 * was found in a file, other processes that map the file have it, too.
 */
final class Restorers {
    private static final byte[] WIDE = {0x48, (byte) 0xc7, (byte) 0xc0, 15, 0, 0, 0, 0x0f, 0x05};
    private static final byte[] NARROW = {(byte) 0xb8, 15, 0, 0, 0, 0x0f, 0x05};
    private static final int OVERLAP = WIDE.length - 1;
    private static final int PIECE = 1 << 16;

    /** The bytes of a file that a mapping begins with. */
    private record Part(long device, long inode, long offset) {}

    private final Map<Part, Long> known = new HashMap<>();

    /** Where a process has one; 0 if it has none. */
    long of(int pid, List<Mapping> mappings) throws KernelException {
        long found = search(pid, mappings, true);
        return found != 0 ? found : search(pid, mappings, false);
    }

    // The C library first, piece by piece: it has one near its beginning, and the process is frozen meanwhile. All the
    // code of a JVM is 20 MB.
    private long search(int pid, List<Mapping> mappings, boolean inLibc) throws KernelException {
        for (Mapping mapping : mappings) {
            boolean readableCode =
                    (mapping.protection() & 5) == 5 && !mapping.path().equals("[vsyscall]");
            if (readableCode && !mapping.path().startsWith("/SYSV") && isLibc(mapping.path()) == inLibc) {
                long found = search(pid, mapping);
                if (found != 0) {
                    return found;
                }
            }
        }
        return 0;
    }

    private long search(int pid, Mapping mapping) throws KernelException {
        Part part = new Part(mapping.device(), mapping.inode(), mapping.offset());
        long there = mapping.start() + known.getOrDefault(part, 0L);
        if (known.containsKey(part) && there + WIDE.length <= mapping.end() && isOne(pid, there)) {
            return there;
        }
        for (long at = mapping.start(); at < mapping.end(); at += PIECE) {
            byte[] code = Gadget.read(pid, at, Math.min(PIECE + OVERLAP, mapping.end() - at));
            int index = Math.max(find(code, WIDE), find(code, NARROW));
            if (index >= 0) {
                known.put(part, at + index - mapping.start());
                return at + index;
            }
        }
        return 0;
    }

    private static boolean isOne(int pid, long address) throws KernelException {
        byte[] code = Gadget.read(pid, address, WIDE.length);
        return Arrays.equals(code, WIDE) || find(Arrays.copyOf(code, NARROW.length), NARROW) == 0;
    }

    private static boolean isLibc(String path) {
        int name = path.lastIndexOf('/') + 1;
        return path.startsWith("libc.", name) || path.startsWith("libc-", name) || path.startsWith("ld-musl", name);
    }

    private static int find(byte[] code, byte[] wanted) {
        for (int i = 0; i + wanted.length <= code.length; i++) {
            int n = 0;
            while (n < wanted.length && code[i + n] == wanted[n]) {
                n++;
            }
            if (n == wanted.length) {
                return i;
            }
        }
        return -1;
    }
}
