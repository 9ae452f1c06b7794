package dev.reprise.kernel;

/** Constants of include/uapi/linux/seccomp.h. */
public final class Seccomp {
    public static final int MODE_STRICT = 1;
    public static final int MODE_FILTER = 2;
    public static final int SET_MODE_FILTER = 1;
    public static final int FILTER_FLAG_TSYNC = 1;
    public static final int FILTER_FLAG_LOG = 2;
    public static final int FILTER_FLAG_SPEC_ALLOW = 4;

    public static final int RET_ACTION_FULL = 0xffff0000;
    public static final int RET_KILL_PROCESS = 0x80000000;
    public static final int RET_KILL_THREAD = 0;
    public static final int RET_TRAP = 0x00030000;
    public static final int RET_ERRNO = 0x00050000;
    public static final int RET_USER_NOTIF = 0x7fc00000;
    public static final int RET_TRACE = 0x7ff00000;
    public static final int RET_LOG = 0x7ffc0000;
    public static final int RET_ALLOW = 0x7fff0000;

    private Seccomp() {}
}
