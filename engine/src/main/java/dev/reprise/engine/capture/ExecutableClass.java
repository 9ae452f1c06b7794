package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;

/** Tells 64-bit processes from 32-bit and x32 ones, by the auxiliary vector their kernel gave them. */
final class ExecutableClass {
    private static final int AT_PAGESZ = 6;
    private static final int ENTRY = 16;

    private ExecutableClass() {}

    /**
     * Whether the vector has 16-byte entries: only then AT_PAGESZ stands where one of them begins. In the middle of an exec, or
     * at the end of a process, there is none; what runs then is looked at again when it is frozen.
     */
    static boolean is64Bit(int pid) throws KernelException {
        byte[] auxv = Proc.bytes("/proc/" + pid + "/auxv");
        for (int at = 0; at + ENTRY <= auxv.length; at += ENTRY) {
            if (auxv[at] == AT_PAGESZ && allZero(auxv, at + 1, at + 8) && auxv[at + 9] == 0x10) {
                return true;
            }
        }
        return allZero(auxv, 0, Math.min(ENTRY, auxv.length));
    }

    private static boolean allZero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    static Refusal refusal() {
        return new Refusal("32-bit or x32 program", "executable", "only 64-bit programs can be checkpointed", "");
    }
}
