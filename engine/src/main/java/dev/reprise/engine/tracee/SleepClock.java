package dev.reprise.engine.tracee;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.x86_64.UserRegs;

/**
 * When a thread last ran, and how often it has gone to sleep, by /proc/PID/task/TID/sched: together two readings tell
 * how long an interrupted call had been asleep.
 *
 * @param lastRanNanos se.exec_start, on the scheduler's own clock; 0: not known. A task that sleeps may stay queued for a while, and when that
 *     one is moved to another processor, the kernel forgets when it ran (DELAY_DEQUEUE, migrate_task_rq_fair)
 * @param lastMovedNanos se.avg.last_update_time, which a task that is moved while it sleeps has from that moment, where it can be
 *     compared with ours, being in our control groups; 0: not known
 * @param sleeps nr_voluntary_switches
 * @param processor where it last ran: the scheduler's clocks of two processors differ by the time that interrupts and
 *     the hypervisor have taken from each
 * @param isRunnable whether it ran, or waited for a processor, when it was read
 * @param call the system call that it was in, with its arguments and from where, as /proc/PID/task/TID/syscall has it; empty: not known
 */
record SleepClock(long lastRanNanos, long lastMovedNanos, long sleeps, int processor, boolean isRunnable, String call) {
    /** The file is missing or has no such line. */
    static final SleepClock UNKNOWN = new SleepClock(-1, 0, -1, -1, false, "");

    private static final int[] CALL = {
        UserRegs.RDI, UserRegs.RSI, UserRegs.RDX, UserRegs.R10, UserRegs.R8, UserRegs.R9, UserRegs.RSP, UserRegs.RIP
    };
    private static final int FRACTION_DIGITS = 6;
    /** In /proc/PID/stat, counted from 1. */
    private static final int PROCESSOR_FIELD = 39;

    /** Reads the clock of a thread. */
    static SleepClock of(int pid, int tid) {
        try {
            String directory = "/proc/" + pid + "/task/" + tid;
            SleepClock read = parse(Proc.text(directory + "/sched"), Proc.text(directory + "/stat"), call(directory));
            boolean needsOurs = read.lastRanNanos == 0 && read.lastMovedNanos != 0;
            return needsOurs && !isInOurGroups(directory) ? read.withoutMove() : read;
        } catch (KernelException missing) {
            return UNKNOWN; // CONFIG_SCHED_DEBUG is off: sleeps start anew, as explain says
        }
    }

    // One that is throttled has a clock of its own.
    private static boolean isInOurGroups(String directory) throws KernelException {
        return Proc.text(directory + "/cgroup").equals(Proc.text("/proc/self/cgroup"));
    }

    private SleepClock withoutMove() {
        return new SleepClock(lastRanNanos, 0, sleeps, processor, isRunnable, call);
    }

    private static String call(String directory) {
        try {
            return Proc.text(directory + "/syscall").strip();
        } catch (KernelException missing) {
            return "";
        }
    }

    private static int processor(String stat, int endOfName) {
        int at = endOfName;
        for (int field = 2; field < PROCESSOR_FIELD; field++) {
            at = stat.indexOf(' ', at + 1);
        }
        return Integer.parseInt(stat.substring(at + 1, stat.indexOf(' ', at + 1)));
    }

    /** Of what the files {@code sched}, {@code stat} and {@code syscall} say, read in this order. */
    static SleepClock parse(String sched, String stat, String call) {
        String lastRan = field(sched, "se.exec_start");
        String sleeps = field(sched, "nr_voluntary_switches");
        if (lastRan.isEmpty() || sleeps.isEmpty()) {
            return UNKNOWN;
        }
        // milliseconds, a point, six digits of nanoseconds
        int point = lastRan.indexOf('.');
        if (point < 0 || lastRan.length() - point - 1 != FRACTION_DIGITS) {
            return UNKNOWN;
        }
        long nanos =
                Long.parseLong(lastRan.substring(0, point)) * 1_000_000 + Long.parseLong(lastRan.substring(point + 1));
        int endOfName = stat.lastIndexOf(')');
        boolean isRunnable = stat.charAt(endOfName + 2) == 'R';
        return new SleepClock(
                nanos,
                loads(field(sched, "se.avg.last_update_time")),
                Long.parseLong(sleeps),
                processor(stat, endOfName),
                isRunnable,
                call);
    }

    private static long loads(String time) {
        return time.isEmpty() ? 0 : Long.parseLong(time);
    }

    private static String field(String text, String name) {
        int at = text.indexOf(name);
        if (at < 0) {
            return "";
        }
        int colon = text.indexOf(':', at);
        int end = text.indexOf('\n', at);
        return colon < 0 || end < colon ? "" : text.substring(colon + 1, end).trim();
    }

    /**
     * How long the thread had slept when it was stopped just now, given its clock after the stop; -1 when it was not one
     * sleep from the first reading to the stop (the stop itself is one more switch). A thread that was runnable at the first reading may have
     * met PTRACE_INTERRUPT on its way into the call: then it has never slept, and has one switch more as well. So may one that was woken from
     * another call right after the first reading: {@code registers}, those of the stop, tell that.
     */
    long sleptUntil(SleepClock stopped, long[] registers, ProcessorClocks clocks) {
        if (isRunnable || lastRanNanos < 0 || stopped.lastRanNanos < 0 || stopped.sleeps != sleeps + 1) {
            return -1;
        }
        if (!call.isEmpty() && !call.equals(call(registers))) {
            return -1;
        }
        if (lastRanNanos != 0) {
            return since(lastRanNanos, clocks);
        }
        // it was moved a moment after it had fallen asleep
        return lastMovedNanos != 0 && clocks.areAlike(processor)
                ? since(lastMovedNanos + ProcessorClocks.PRECISION_NANOS, clocks)
                : -1;
    }

    private long since(long nanos, ProcessorClocks clocks) {
        long now = clocks.now(processor);
        return now < 0 ? -1 : Math.max(0, now - nanos);
    }

    // "232 0x4 0x7ffd.. 0x40 0xffffffff 0x0 0x8 0x7ffd.. 0x7f1c..": number, six arguments, stack, instruction
    static String call(long[] registers) {
        StringBuilder call = new StringBuilder(Long.toString(registers[UserRegs.ORIG_RAX]));
        for (int register : CALL) {
            call.append(" 0x").append(Long.toHexString(registers[register]));
        }
        return call.toString();
    }
}
