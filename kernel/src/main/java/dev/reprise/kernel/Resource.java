package dev.reprise.kernel;

/** Constants of include/uapi/asm-generic/resource.h. */
public final class Resource {
    public static final int RLIMIT_NOFILE = 7;
    public static final int RLIMIT_MSGQUEUE = 12;
    public static final long RLIM_INFINITY = -1;
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
}
