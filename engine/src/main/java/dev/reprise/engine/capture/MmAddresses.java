package dev.reprise.engine.capture;

import dev.reprise.image.state.MmFields;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;

/** The borders of code, data, stack, arguments and environment, from /proc/PID/stat (man 5 proc_pid_stat). */
final class MmAddresses {
    // Numbers of the fields as the man page counts them.
    private static final int START_CODE = 26;
    private static final int END_CODE = 27;
    private static final int START_STACK = 28;
    private static final int START_DATA = 45;
    private static final int FIRST = 3;

    private MmAddresses() {}

    static MmFields of(int pid, long brk) throws KernelException {
        return parse(Proc.text("/proc/" + pid + "/stat"), brk);
    }

    static MmFields parse(String stat, long brk) {
        String[] f = stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ", -1);
        return new MmFields(
                field(f, START_CODE),
                field(f, END_CODE),
                field(f, START_DATA),
                field(f, START_DATA + 1),
                field(f, START_DATA + 2),
                brk,
                field(f, START_STACK),
                field(f, START_DATA + 3),
                field(f, START_DATA + 4),
                field(f, START_DATA + 5),
                field(f, START_DATA + 6));
    }

    private static long field(String[] fields, int number) {
        return Long.parseUnsignedLong(fields[number - FIRST]);
    }
}
