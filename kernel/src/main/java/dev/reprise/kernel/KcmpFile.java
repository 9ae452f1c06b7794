package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kcmp;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** kcmp(2) on open file descriptions: a total order of them, and what an epoll set watches. */
public final class KcmpFile {
    private static final int KCMP_FILE = 0;
    private static final int KCMP_EPOLL_TFD = 7;

    private KcmpFile() {}

    /** Negative, zero (the same description) or positive. */
    public static int compare(int pid, int one, int other) throws KernelException {
        return compare(pid, one, pid, other);
    }

    /** The same for descriptors of two processes. */
    public static int compare(int pid, int one, int otherPid, int other) throws KernelException {
        long result = Door.call(SYS_kcmp, pid, otherPid, KCMP_FILE, one, other);
        return Door.isError(result)
                ? (int) Door.require(result, "kcmp", pid + "," + otherPid + ",KCMP_FILE," + one + "," + other)
                : order(result);
    }

    /** Whether two processes have the same description under these numbers, as far as the kernel tells. */
    public static boolean isSame(int pid, int one, int otherPid, int other) {
        return Door.call(SYS_kcmp, pid, otherPid, KCMP_FILE, one, other) == 0;
    }

    /**
     * The order of descriptor {@code number} of {@code pid} and the {@code index}-th file that epoll set {@code set} of
     * {@code setPid} watches under the number {@code watched}.
     */
    public static int compareWithMember(int pid, int number, int setPid, int set, int watched, int index)
            throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            // struct kcmp_epoll_slot { __u32 efd, tfd, toff; }
            MemorySegment slot = arena.allocate(12, 4);
            slot.set(JAVA_INT, 0, set);
            slot.set(JAVA_INT, 4, watched);
            slot.set(JAVA_INT, 8, index);
            return order(Door.require(
                    Door.call(SYS_kcmp, pid, setPid, KCMP_EPOLL_TFD, number, slot.address()),
                    "kcmp",
                    pid + ",KCMP_EPOLL_TFD," + number + "," + set));
        }
    }

    // 0 equal, 1 less, 2 greater
    private static int order(long result) {
        return result == 1 ? -1 : (int) result;
    }
}
