package dev.reprise.kernel;

/**
 * What /proc/PID/stat says of a task and no other file does (man 5 proc_pid_stat); ids are of our pid namespace.
 * {@code exitCode} is the wait status of one that has ended; others see 0 unless they may trace it.
 */
public record ProcStat(
        int pid,
        String name,
        char state,
        int parent,
        int group,
        int session,
        int terminal,
        long flags,
        long startTicks,
        int exitSignal,
        int exitCode) {
    private static final long PF_EXITING = 0x4;
    private static final long PF_IO_WORKER = 0x10;
    private static final long PF_KTHREAD = 0x200000;
    private static final int FLAGS = 6;
    private static final int START = 19;
    private static final int EXIT_SIGNAL = 35;
    private static final int EXIT_CODE = 49;

    /** Of a process, or of a thread by its own id. */
    public static ProcStat of(int pid) throws KernelException {
        return parse(Proc.text("/proc/" + pid + "/stat"));
    }

    /** Of one thread alone. */
    public static ProcStat ofTask(int pid, int tid) throws KernelException {
        return parse(Proc.text("/proc/" + pid + "/task/" + tid + "/stat"));
    }

    /** From the file's text; the name may hold blanks and parentheses. */
    public static ProcStat parse(String text) {
        int open = text.indexOf('(');
        int close = text.lastIndexOf(')');
        String[] f = text.substring(close + 2).strip().split(" ", -1);
        return new ProcStat(
                Integer.parseInt(text.substring(0, open).strip()),
                text.substring(open + 1, close),
                f[0].charAt(0),
                Integer.parseInt(f[1]),
                Integer.parseInt(f[2]),
                Integer.parseInt(f[3]),
                Integer.parseInt(f[4]),
                Long.parseLong(f[FLAGS]),
                Long.parseLong(f[START]),
                Integer.parseInt(f[EXIT_SIGNAL]),
                Integer.parseInt(f[EXIT_CODE]));
    }

    /** Whether the kernel itself runs in it. */
    public boolean isKernelThread() {
        return (flags & PF_KTHREAD) != 0;
    }

    /** Whether the kernel has made it, a thread of a program's, for requests of io_urings. */
    public boolean isIoWorker() {
        return (flags & PF_IO_WORKER) != 0;
    }

    /** Whether it has ended, or is on its way out and has given up what it had. */
    public boolean isEnding() {
        return isZombie() || (flags & PF_EXITING) != 0;
    }

    /** Whether it has ended and waits for its parent. */
    public boolean isZombie() {
        return state == 'Z' || state == 'X';
    }
}
