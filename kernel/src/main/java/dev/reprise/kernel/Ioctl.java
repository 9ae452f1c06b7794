package dev.reprise.kernel;

/** ioctl(2) requests of include/uapi/asm-generic/ioctls.h and their kin. */
public final class Ioctl {
    public static final int TIOCGPGRP = 0x540F;
    public static final int TIOCSPGRP = 0x5410;
    /** struct termios2 of a terminal. */
    public static final int TCGETS2 = 0x802C542A;

    public static final int TCSETS2 = 0x402C542B;
    /** SIOCINQ, too. */
    public static final int FIONREAD = 0x541B;
    /** What has been sent that nobody has read, or acknowledged; TIOCOUTQ. */
    public static final int SIOCOUTQ = 0x5411;
    /** Whether the next byte is urgent. */
    public static final int SIOCATMARK = 0x8905;
    /** The file that a UNIX socket is bound to, as an O_PATH descriptor (include/uapi/linux/un.h). */
    public static final int SIOCUNIXFILE = 0x89E0;

    private Ioctl() {}
}
