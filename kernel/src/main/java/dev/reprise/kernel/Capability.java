package dev.reprise.kernel;

import java.util.ArrayList;
import java.util.List;

/** Constants of include/uapi/linux/capability.h and securebits.h, and which of them this thread has. */
public final class Capability {
    public static final int CAP_NET_ADMIN = 12;
    public static final int CAP_NET_RAW = 13;
    public static final int CAP_SYS_PTRACE = 19;
    public static final int CAP_SYS_ADMIN = 21;
    public static final int CAP_SYS_RESOURCE = 24;
    public static final int CAP_CHECKPOINT_RESTORE = 40;
    /** The highest capability that Reprise knows. */
    public static final int CAP_LAST = CAP_CHECKPOINT_RESTORE;

    /** The version of capset(2) with 64 bits. */
    public static final int LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    public static final int SECBIT_KEEP_CAPS = 1 << 4;

    private static final List<String> NAMES =
            List.of(("CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE "
                            + "NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO "
                            + "SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME "
                            + "SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG "
                            + "WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE")
                    .split(" "));

    private Capability() {}

    /** The names of a set of them, in the kernel's spelling. */
    public static List<String> namesOf(long set) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < Long.SIZE; i++) {
            if ((set >>> i & 1) != 0) {
                names.add(i < NAMES.size() ? "CAP_" + NAMES.get(i) : "capability " + i);
            }
        }
        return names;
    }

    /** Whether this thread has one in its effective set, in whichever user namespace it lives. */
    public static boolean isEffective(int capability) throws KernelException {
        long effective = new ProcStatus(Proc.text("/proc/thread-self/status")).capabilities("Eff");
        return (effective >>> capability & 1) != 0;
    }
}
