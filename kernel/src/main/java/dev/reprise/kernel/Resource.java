package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prlimit64;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Constants of include/uapi/asm-generic/resource.h, and the limits of a process. */
public final class Resource {
    public static final int RLIMIT_NOFILE = 7;
    /** The number of limits (RLIM_NLIMITS). */
    public static final int COUNT = 16;
    /** The size of struct rlimit64: soft, hard. */
    public static final int SIZE = 16;

    private static final String[] NAMES = {
        "CPU",
        "FSIZE",
        "DATA",
        "STACK",
        "CORE",
        "RSS",
        "NPROC",
        "NOFILE",
        "MEMLOCK",
        "AS",
        "LOCKS",
        "SIGPENDING",
        "MSGQUEUE",
        "NICE",
        "RTPRIO",
        "RTTIME"
    };

    private Resource() {}

    /** A limit's name, as in {@code RLIMIT_NOFILE}. */
    public static String nameOf(int resource) {
        return "RLIMIT_" + NAMES[resource];
    }

    /** Soft and hard limit of a process for each resource, one after the other; -1 is unlimited. */
    public static long[] limits(int pid) throws KernelException {
        long[] limits = new long[2 * COUNT];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(SIZE, 8);
            for (int i = 0; i < COUNT; i++) {
                Door.require(
                        Door.call(SYS_prlimit64, pid, i, 0, limit.address()), "prlimit64", nameOf(i) + " of " + pid);
                limits[2 * i] = limit.get(JAVA_LONG, 0);
                limits[2 * i + 1] = limit.get(JAVA_LONG, 8);
            }
        }
        return limits;
    }
}
