package dev.reprise.kernel;

/** Constants of include/uapi/linux/fanotify.h. */
public final class Fanotify {
    public static final int FAN_CLASS_CONTENT = 0x4;
    public static final int FAN_CLASS_PRE_CONTENT = 0x8;
    /** The flags of fanotify_init(2), but for FAN_REPORT_MNT, whose marks are of mount namespaces. */
    public static final int INIT_FLAGS = 0x3fff;

    public static final int FAN_MARK_ADD = 0x1;
    public static final int FAN_MARK_DONT_FOLLOW = 0x4;
    public static final int FAN_MARK_MOUNT = 0x10;
    public static final int FAN_MARK_IGNORED_MASK = 0x20;
    public static final int FAN_MARK_FILESYSTEM = 0x100;
    public static final int FAN_MARK_EVICTABLE = 0x200;
    public static final int FAN_MARK_IGNORE = 0x400;

    private Fanotify() {}
}
