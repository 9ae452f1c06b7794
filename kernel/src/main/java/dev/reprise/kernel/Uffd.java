package dev.reprise.kernel;

/** Constants of include/uapi/linux/userfaultfd.h. */
public final class Uffd {
    /** What /proc/PID/fd/N leads to. */
    public static final String LINK = "anon_inode:[userfaultfd]";

    public static final int UFFD_USER_MODE_ONLY = 1;
    public static final long UFFD_API = 0xAA;
    public static final long UFFD_FEATURE_EVENT_FORK = 1 << 1;
    public static final long UFFD_FEATURE_EVENT_REMAP = 1 << 2;
    public static final long UFFD_FEATURE_EVENT_REMOVE = 1 << 3;
    public static final long UFFD_FEATURE_EVENT_UNMAP = 1 << 6;
    public static final long UFFD_FEATURE_SIGBUS = 1 << 7;
    /** The kernel's own, among those that fdinfo shows: UFFDIO_API has been called. */
    public static final long UFFD_FEATURE_INITIALIZED = 1L << 31;

    public static final long UFFDIO_REGISTER_MODE_MISSING = 1;
    public static final long UFFDIO_REGISTER_MODE_WP = 2;
    public static final long UFFDIO_REGISTER_MODE_MINOR = 4;
    public static final long UFFDIO_WRITEPROTECT_MODE_WP = 1;

    /** struct uffdio_api: u64 api, features, ioctls. */
    public static final long UFFDIO_API = 0xC018AA3FL;
    /** struct uffdio_register: u64 start, length, mode, ioctls. */
    public static final long UFFDIO_REGISTER = 0xC020AA00L;
    /** struct uffdio_range: u64 start, length. */
    public static final long UFFDIO_UNREGISTER = 0x8010AA01L;
    /** struct uffdio_range: u64 start, length. */
    public static final long UFFDIO_WAKE = 0x8010AA02L;
    /** struct uffdio_copy: u64 to, from, length, mode, s64 done. */
    public static final long UFFDIO_COPY = 0xC028AA03L;
    /** struct uffdio_zeropage: u64 start, length, mode, s64 done. */
    public static final long UFFDIO_ZEROPAGE = 0xC020AA04L;
    /** struct uffdio_move: u64 to, from, length, mode, s64 done. Since 6.8. */
    public static final long UFFDIO_MOVE = 0xC028AA05L;
    /** struct uffdio_writeprotect: u64 start, length, mode. */
    public static final long UFFDIO_WRITEPROTECT = 0xC018AA06L;
    /** struct uffdio_continue: u64 start, length, mode, s64 done. */
    public static final long UFFDIO_CONTINUE = 0xC020AA07L;
    /** struct uffdio_poison: u64 start, length, mode, s64 done. Since 6.6. */
    public static final long UFFDIO_POISON = 0xC020AA08L;

    private Uffd() {}
}
