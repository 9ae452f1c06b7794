package dev.reprise.kernel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** /proc/PID/timers: the POSIX timers of a process. */
public final class ProcTimers {
    private ProcTimers() {}

    /**
     * One timer; {@code notification} is SIGEV_*, {@code target} the thread (as our pid namespace numbers it) or process
     * that gets the signal.
     */
    public record Timer(int id, int signal, long value, int notification, int target, int clock) {}

    // MAKE_PROCESS_CPUCLOCK and MAKE_THREAD_CPUCLOCK of nobody: how the kernel keeps the caller's own clocks
    private static final int OWN_PROCESS = -6;
    private static final int OWN_THREAD = -2;

    /** Of a process, by id. */
    public static List<Timer> of(int pid) throws KernelException {
        return parse(Proc.text("/proc/" + pid + "/timers"));
    }

    /**
     * From the file's text, which has the newest first:
     *
     * <pre>
     * ID: 5
     * signal: 34/0000000000000001
     * notify: signal/tid.4711
     * ClockID: 1
     * </pre>
     */
    public static List<Timer> parse(String text) {
        List<Timer> timers = new ArrayList<>();
        String[] lines = text.split("\n", -1);
        for (int i = 0; i + 3 < lines.length; i += 4) {
            String signal = after(lines[i + 1], "signal: ");
            String notify = after(lines[i + 2], "notify: ");
            int slash = signal.indexOf('/');
            timers.add(new Timer(
                    Integer.parseInt(after(lines[i], "ID: ")),
                    Integer.parseInt(signal.substring(0, slash)),
                    Long.parseUnsignedLong(signal.substring(slash + 1), 16),
                    notification(notify),
                    Integer.parseInt(notify.substring(notify.indexOf('.') + 1)),
                    clock(Integer.parseInt(after(lines[i + 3], "ClockID: ")))));
        }
        timers.sort(Comparator.comparingInt(Timer::id));
        return timers;
    }

    private static int notification(String notify) {
        int how = notify.startsWith("none")
                ? Clock.SIGEV_NONE
                : notify.startsWith("thread") ? Clock.SIGEV_THREAD : Clock.SIGEV_SIGNAL;
        return notify.contains("/tid.") ? how | Clock.SIGEV_THREAD_ID : how;
    }

    private static int clock(int kept) {
        return switch (kept) {
            case OWN_PROCESS -> Clock.CLOCK_PROCESS_CPUTIME_ID;
            case OWN_THREAD -> Clock.CLOCK_THREAD_CPUTIME_ID;
            default -> kept;
        };
    }

    private static String after(String line, String key) {
        if (!line.startsWith(key)) {
            throw new IllegalArgumentException("not a line of /proc/PID/timers: " + line);
        }
        return line.substring(key.length()).strip();
    }
}
