package dev.reprise.bench;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fsync;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_read;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the same bytes cost without us: one thread's read(2) of a whole image into fresh memory, then its write(2) of
 * that memory to a new file beside it.
 */
record Yardstick(long bytes, double readMs, double writeMs) {
    private static final int O_WRONLY_CREAT_EXCL = 1 | 0x40 | 0x80;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final long MOST_AT_ONCE = 1 << 30;

    static Yardstick measure(Path image, Path fresh, boolean sync) throws IOException, KernelException {
        long bytes = Files.size(image);
        long memory = Door.require(
                Door.call(SYS_mmap, 0, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0), "mmap", "" + bytes);
        try {
            long start = System.nanoTime();
            try (Fd file = Fd.open(image.toString(), 0, 0)) {
                moveAll(SYS_read, file, memory, bytes);
            }
            long read = System.nanoTime();
            try (Fd file = Fd.open(fresh.toString(), O_WRONLY_CREAT_EXCL, 0600)) {
                moveAll(SYS_write, file, memory, bytes);
                if (sync) {
                    Door.require(Door.call(SYS_fsync, file.number()), "fsync", fresh.toString());
                }
            }
            long written = System.nanoTime();
            return new Yardstick(bytes, (read - start) / 1e6, (written - read) / 1e6);
        } finally {
            Files.deleteIfExists(fresh);
            Door.call(SYS_munmap, memory, bytes);
        }
    }

    private static void moveAll(int call, Fd file, long memory, long bytes) throws KernelException, IOException {
        long done = 0;
        while (done < bytes) {
            long moved = Door.call(call, file.number(), memory + done, Math.min(bytes - done, MOST_AT_ONCE));
            if (Door.require(moved, call == SYS_read ? "read" : "write", "") == 0) {
                throw new IOException("the yardstick's file ended early");
            }
            done += moved;
        }
    }
}
