package dev.reprise.kernel;

/** /proc/PID/timens_offsets: what a time namespace adds to the host's clocks. */
public record TimeNamespace(long monotonicNanos, long boottimeNanos) {
    /** The host's own time. */
    public static final TimeNamespace NONE = new TimeNamespace(0, 0);

    /** The offsets of a process; none where the kernel has no time namespaces. */
    public static TimeNamespace of(String pid) throws KernelException {
        try {
            return parse(Proc.text("/proc/" + pid + "/timens_offsets"));
        } catch (KernelException failed) {
            if (failed.errno() == Errno.ENOENT) {
                return NONE;
            }
            throw failed;
        }
    }

    /** From the file's text: lines {@code monotonic SECONDS NANOSECONDS}. */
    public static TimeNamespace parse(String text) {
        long monotonic = 0;
        long boottime = 0;
        for (String line : text.split("\n", -1)) {
            String[] words = line.strip().split("\\s+", -1);
            if (words.length == 3) {
                long nanos = Long.parseLong(words[1]) * Clock.NANOS + Long.parseLong(words[2]);
                switch (words[0]) {
                    case "monotonic" -> monotonic = nanos;
                    case "boottime" -> boottime = nanos;
                    default -> {}
                }
            }
        }
        return new TimeNamespace(monotonic, boottime);
    }

    /** What to write into the file: a number of nanoseconds from 0 to 999,999,999, seconds with a sign. */
    public String text() {
        return line("monotonic", monotonicNanos) + line("boottime", boottimeNanos);
    }

    private static String line(String clock, long nanos) {
        return clock + " " + Math.floorDiv(nanos, Clock.NANOS) + " " + Math.floorMod(nanos, Clock.NANOS) + "\n";
    }
}
