package dev.reprise.kernel;

/** Constants of include/uapi/linux/inotify.h. */
public final class Inotify {
    public static final int IN_DELETE_SELF = 0x400;
    public static final int IN_DONT_FOLLOW = 0x2000000;
    public static final int IN_NONBLOCK = Fcntl.O_NONBLOCK;

    private Inotify() {}
}
