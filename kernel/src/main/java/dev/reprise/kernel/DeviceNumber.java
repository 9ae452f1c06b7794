package dev.reprise.kernel;

/** The parts of a dev_t as stat(2) gives it (glibc's makedev), and the kernel's own form of it. */
public final class DeviceNumber {
    private static final int KERNEL_MINOR_BITS = 20;

    private DeviceNumber() {}

    /** The driver. */
    public static int major(long device) {
        return (int) (device >>> 8 & 0xfff);
    }

    /** The device among its driver's. */
    public static int minor(long device) {
        return (int) (device & 0xff | device >>> 12 & 0xfff00);
    }

    /** As stat(2) gives it, from the kernel's own form: fdinfo's {@code sdev}. */
    public static long fromKernel(long device) {
        long major = device >>> KERNEL_MINOR_BITS;
        long minor = device & (1 << KERNEL_MINOR_BITS) - 1;
        return minor & 0xff | major << 8 | (minor & ~0xffL) << 12;
    }

    /** As stat(2) gives it, from {@code tty_nr} of /proc/PID/stat (new_encode_dev: the same for all that fits). */
    public static long fromStat(int device) {
        return Integer.toUnsignedLong(device);
    }
}
