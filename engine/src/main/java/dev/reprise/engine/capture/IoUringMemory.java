package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;

import dev.reprise.image.state.Bytes;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.IoUring;
import dev.reprise.kernel.IoUringContext;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mman;
import dev.reprise.kernel.Native;
import java.util.Arrays;

/** What stands in the memory of an io_uring: both rings, and the submission entries; without the zeros at the end. */
record IoUringMemory(Bytes rings, Bytes entries) {
    /** That of a frozen process's, by a descriptor of ours: the program itself may have mapped nothing. */
    static IoUringMemory of(Fd copy, IoUringContext ring) throws KernelException {
        return new IoUringMemory(
                read(copy, IoUring.IORING_OFF_SQ_RING, ring.ringBytes()),
                read(copy, IoUring.IORING_OFF_SQES, ring.entryBytes()));
    }

    private static Bytes read(Fd copy, long offset, long bytes) throws KernelException {
        long address = Door.require(
                Door.call(SYS_mmap, 0, bytes, Mman.PROT_READ, Mman.MAP_SHARED, copy.number(), offset),
                "mmap",
                "io_uring, " + bytes + " bytes");
        try {
            byte[] all = Native.copy(Native.at(address, bytes), bytes);
            int length = all.length;
            while (length > 0 && all[length - 1] == 0) {
                length--;
            }
            return Bytes.of(Arrays.copyOf(all, length));
        } finally {
            Door.call(SYS_munmap, address, bytes);
        }
    }
}
