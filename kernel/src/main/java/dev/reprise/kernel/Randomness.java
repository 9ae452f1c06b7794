package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getrandom;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * getrandom(2): random bytes straight from the kernel. The JDK's generators keep some for later, which two processes that were restored
 * from one checkpoint, this tool's own too, would both use.
 */
public final class Randomness {
    /** So many come at once, whatever signals do (man 2 getrandom). */
    private static final int MOST = 256;

    private Randomness() {}

    /** At most 256 random bytes. */
    public static byte[] bytes(int count) throws KernelException {
        if (count > MOST) {
            throw new IllegalArgumentException(count + " bytes at once");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(count);
            Door.require(Door.call(SYS_getrandom, bytes.address(), count, 0), "getrandom", Integer.toString(count));
            byte[] copy = Native.copy(bytes, count);
            bytes.fill((byte) 0);
            return copy;
        }
    }
}
