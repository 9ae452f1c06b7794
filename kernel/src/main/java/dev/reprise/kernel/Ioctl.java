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

    /** The index of the pseudo terminal behind a master (ioctl_tty(2), as all that follow). */
    public static final int TIOCGPTN = 0x80045430;

    public static final int TIOCSPTLCK = 0x40045431;
    public static final int TIOCGPTLCK = 0x80045439;
    public static final int TIOCPKT = 0x5420;
    public static final int TIOCGPKT = 0x80045438;
    /** Opens a master's slave, without its name. */
    public static final int TIOCGPTPEER = 0x5441;

    public static final int TIOCGWINSZ = 0x5413;
    public static final int TIOCSWINSZ = 0x5414;
    public static final int TIOCGSID = 0x5429;
    public static final int TIOCSCTTY = 0x540E;
    public static final int TIOCEXCL = 0x540C;
    public static final int TIOCGLCKTRMIOS = 0x5456;
    public static final int TIOCSLCKTRMIOS = 0x5457;
    public static final int TIOCGEXCL = 0x80045440;
    /** Types a key, with CAP_SYS_ADMIN or, where sysctl dev.tty.legacy_tiocsti allows it, at one's own terminal. */
    public static final int TIOCSTI = 0x5412;
    /** Stops (TCOOFF 0) and starts (TCOON 1) the output. */
    public static final int TCXONC = 0x540A;

    /** How an epoll set polls the network busily. */
    public static final int EPIOCSPARAMS = 0x40088A01;

    public static final int EPIOCGPARAMS = 0x80088A02;

    private Ioctl() {}
}
