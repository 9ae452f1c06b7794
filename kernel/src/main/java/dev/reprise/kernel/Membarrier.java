package dev.reprise.kernel;

/** Constants of include/uapi/linux/membarrier.h. */
public final class Membarrier {
    /** Which registrations a process has, as a mask of the commands that made them (6.3). */
    public static final int GET_REGISTRATIONS = 1 << 9;

    private Membarrier() {}
}
