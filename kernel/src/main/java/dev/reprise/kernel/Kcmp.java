package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kcmp;

/** kcmp(2): whether two tasks share a thing (include/uapi/linux/kcmp.h). */
public enum Kcmp {
    FILE(0),
    VM(1),
    FILES(2),
    FS(3),
    SIGHAND(4),
    IO(5),
    SYSVSEM(6);

    private final int type;

    Kcmp(int type) {
        this.type = type;
    }

    /** Negative, zero (they share it) or positive: an order of all there are. */
    public int compare(int one, int other) throws KernelException {
        long result = Door.require(Door.call(SYS_kcmp, one, other, type, 0, 0), "kcmp", one + "," + other + "," + this);
        return result == 1 ? -1 : (int) result;
    }

    /** Whether both tasks have the same one; having none is the same, too. */
    public boolean isShared(int one, int other) throws KernelException {
        return Door.require(Door.call(SYS_kcmp, one, other, type, 0, 0), "kcmp", one + "," + other + "," + this) == 0;
    }
}
